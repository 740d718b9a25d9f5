"""What is not asked in full: a step over years of a lab's time is a valid wish, and outlasts every patience."""

import schemathesis

LONGEST = {"until": 5, "within": 5, "events": 1000}


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.operation.path.endswith("/clock/step") and isinstance(case.body, dict):
        for name, most in LONGEST.items():
            value = case.body.get(name)
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value > most:
                case.body[name] = most
