//! What the program of a joined host does is an input like any other: numbered, kept, played again.

use catenet_sim::{
    Deed, Input, InputError, Outcome, Programs, SwitchSpec, Tape, World, WorldBuilder,
};

fn world() -> World {
    let mut builder = WorldBuilder::new(1, 0, Programs::default());
    builder.switch(SwitchSpec::new("lan", 0));
    builder.build().expect("whole")
}

fn did(deed: Deed) -> Input {
    Input::Joined { host: "chat".to_owned(), deed }
}

fn printed(complaint: bool, text: &str) -> Input {
    did(Deed::Printed { complaint, octets: text.as_bytes().to_vec() })
}

fn story() -> Vec<Input> {
    vec![
        Input::AddDoorHost { name: "chat".to_owned(), network: "lan".to_owned() },
        did(Deed::Began { program: "python3 chat.py".to_owned() }),
        printed(false, "ready\n"),
        printed(true, "oh\n"),
        // The host goes first: its program's last words come after it.
        Input::RemoveNode { node: "chat".to_owned() },
        printed(false, "bye\n"),
        did(Deed::Ended { code: 7 }),
    ]
}

fn told(world: &World) -> (String, Vec<u8>) {
    let label = world.outputs().label("chat").expect("it ran");
    let output = String::from_utf8_lossy(&label.output).into_owned();
    (output, label.exits.iter().map(|&(_, code)| code).collect())
}

#[test]
fn it_is_known_as_any_program_and_played_again_from_the_tape() {
    let (mut tape, mut played, mut first) = (Tape::default(), 0, world());
    for input in story() {
        tape.give(&mut first, &mut played, input).expect("taken");
    }
    assert_eq!(told(&first), ("ready\noh\nbye\n".to_owned(), vec![7]));
    let (mut again, mut at) = (world(), 0);
    tape.run_until(&mut again, &mut at, first.now()).expect("not stuck");
    assert_eq!(told(&again), told(&first));
}

#[test]
fn a_host_has_one_program_and_only_a_joined_one_has_it() {
    let mut world = world();
    let began = || did(Deed::Began { program: "sh".to_owned() });
    assert!(matches!(world.handle_input(began()), Err(InputError::UnknownNode(_))));
    let silent = world.handle_input(printed(false, "early"));
    assert_eq!(silent, Err(InputError::UnknownProgram("chat".to_owned())));
    world.handle_input(story().swap_remove(0)).expect("room");
    assert!(matches!(world.handle_input(began()), Ok(Outcome::Started(_))));
    assert!(matches!(world.handle_input(began()), Err(InputError::Full(_, 1))));
    let on_a_switch = Input::Joined { host: "lan".to_owned(), deed: Deed::Ended { code: 0 } };
    assert!(world.handle_input(on_a_switch).is_err());
}
