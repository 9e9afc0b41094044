"""How long two other CEL engines take for the question on standard input: {"expression": ..., "facts": ...}.

Prints a line for each: a name, nanoseconds for a whole call, and nanoseconds for the same call of the expression
`true` with the same bindings, separated by tabs. The difference is as near as one gets to the engine's own cost from
outside: it is without the crossing from Python and back, but with what an engine does on each access to a binding.
Facts are bound once, before the time is taken; processor time, the least of nine rounds.
"""

import json
import sys
import time
from importlib.metadata import PackageNotFoundError, version

ROUNDS = 9


def best(call, count):
    least = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time_ns()
        for _ in range(count):
            call()
        least = min(least, (time.process_time_ns() - start) / count)
    return least


def report(package, how, call, empty, count):
    name = f"{package} {version(package)}: {how}"
    print(name, f"{best(call, count):.1f}", f"{best(empty, count):.1f}", sep="\t", flush=True)


def common_expression_language(expression, facts):
    import cel

    program, empty = cel.compile(expression), cel.compile("true")
    context = cel.Context(variables=facts)
    assert program.execute(context) is True
    package = "common-expression-language"
    report(package, "bound once", lambda: program.execute(context), lambda: empty.execute(context), 20_000)
    report(package, "bound at each call", lambda: program.execute(facts), lambda: empty.execute(facts), 1_000)


def cel_expr_python(expression, facts):
    from cel_expr_python import cel

    environment = cel.NewEnv(variables={name: cel.Type.DYN for name in facts})
    program, empty = environment.compile(expression), environment.compile("true")
    activation = environment.Activation(facts)
    assert program.eval(activation).value() is True
    package = "cel-expr-python"
    report(package, "bound once", lambda: program.eval(activation), lambda: empty.eval(activation), 5_000)
    report(package, "bound at each call", lambda: program.eval(data=facts), lambda: empty.eval(data=facts), 1_000)


def main():
    question = json.load(sys.stdin)
    for measure in (common_expression_language, cel_expr_python):
        try:
            measure(question["expression"], question["facts"])
        except (ImportError, PackageNotFoundError) as error:
            print(f"bench-cel: skipping {measure.__name__}: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
