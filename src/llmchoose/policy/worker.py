"""The process that judges expressions: it gets records on its input and reads nothing else.

It is run as a file of its own, so that it loads nothing of llmchoose. An expression is checked
against the types of what it reads, and judged on maps: what a map does not hold cannot be judged,
where a typed message would give null, which is unequal to everything.
"""

import json
import sys
from typing import Any

MEMORY = 1 << 30
WRAPPERS = {"number": "DoubleValue", "text": "StringValue", "flag": "BoolValue"}
PLAIN = {"number": "TYPE_DOUBLE", "text": "TYPE_STRING", "flag": "TYPE_BOOL"}
PACKAGE = "llmchoose"
# CEL's own overloads compare a number only with one of its own kind; the runtime knows the others,
# and nobody wants to write 5000.0.
COMPARISONS = {"_<_": "less", "_<=_": "less_equals", "_>_": "greater", "_>=_": "greater_equals"}
KINDS = ("int64", "uint64", "double", "string", "bool", "bytes", "timestamp", "duration")
NUMBERS = KINDS[:3]


def main() -> None:
    """Answer until the input ends: first what is wrong with the rules, then each record."""
    _bound()
    first = json.loads(sys.stdin.readline())
    try:
        typed, plain = _environments(first["schema"])
    except ImportError as error:
        _say({"faults": [{"missing": (error.name or "").split(".")[0]}]})
        return
    compiled, faults = [], []
    for place, text in enumerate(first["rules"]):
        _, fault = _compile(typed, text)
        faults += [{"rule": place, "fault": fault}] if fault else []
        compiled.append(None if fault else _compile(plain, text)[0])
    _say({"faults": faults})
    for line in sys.stdin:
        asked = json.loads(line)
        for place in asked["rules"]:
            _say(_judge(compiled[place], asked["record"]))


def _bound() -> None:
    """Keep to a gigabyte, where the system can hold a process to it."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _say(message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _compile(environment: Any, text: str) -> tuple[Any, str]:
    try:
        rule = environment.compile(text)
    except (RuntimeError, ValueError) as error:
        return None, str(error)
    kind = rule.return_type().name()
    if kind not in ("BOOL", "DYN"):
        return None, f"the expression gives {kind.lower()}, not true or false"
    return rule, ""


def _judge(rule: Any, data: Any) -> dict[str, Any]:
    try:
        result = rule.eval(data=data)
    except (RuntimeError, ValueError, MemoryError) as error:
        return {"holds": None, "fault": str(error) or "bad_alloc"}
    if result.type().name() != "BOOL":
        return {"holds": None, "fault": str(result.value())}
    return {"holds": bool(result.value())}


def _environments(schema: dict[str, Any]) -> tuple[Any, Any]:
    """A world with the types of what expressions read, and one in which all is maps."""
    from cel_expr_python import cel
    from google.protobuf import descriptor_pb2, descriptor_pool, wrappers_pb2

    pool = descriptor_pool.DescriptorPool()
    wrappers = descriptor_pb2.FileDescriptorProto()
    wrappers_pb2.DESCRIPTOR.CopyToProto(wrappers)
    pool.Add(wrappers)
    pool.Add(_file(schema, descriptor_pb2))
    names = ("profile", "estimate", "decision")
    excluded = "".join(f'    - name: "{name}"\n' for name in COMPARISONS)
    config = f"stdlib:\n  exclude_functions:\n{excluded}"
    functions = [
        cel.FunctionDecl(name, _overloads(cel, said)) for name, said in COMPARISONS.items()
    ]

    def world(types: dict[str, Any]) -> Any:
        return cel.NewEnv(
            pool,
            config=cel.NewEnvConfigFromYaml(config),
            variables=types,
            functions=functions,
        )

    maps = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    return (
        world({name: cel.Type(_message(name)) for name in names}),
        world(dict.fromkeys(names, maps)),
    )


def _overloads(cel: Any, said: str) -> list[Any]:
    types = {
        "int64": cel.Type.INT,
        "uint64": cel.Type.UINT,
        "double": cel.Type.DOUBLE,
        "string": cel.Type.STRING,
        "bool": cel.Type.BOOL,
        "bytes": cel.Type.BYTES,
        "timestamp": cel.Type.TIMESTAMP,
        "duration": cel.Type.DURATION,
    }
    same = [(kind, kind) for kind in KINDS]
    mixed = [(one, other) for one in NUMBERS for other in NUMBERS if one != other]
    return [
        cel.Overload(f"{said}_{one}_{other}", cel.Type.BOOL, [types[one], types[other]])
        for one, other in (*same, *mixed)
    ]


def _message(name: str) -> str:
    return f"{PACKAGE}.{name.replace('.', '_in_')}"


def _file(schema: dict[str, Any], pb: Any) -> Any:
    """A protobuf file of the schema; what may be unknown is wrapped, as null is no zero."""
    kinds = pb.FieldDescriptorProto
    file = pb.FileDescriptorProto(
        name="llmchoose.proto",
        package=PACKAGE,
        syntax="proto3",
        dependency=["google/protobuf/wrappers.proto"],
    )
    for owner, members in schema.items():
        message = file.message_type.add(name=_message(owner).removeprefix(f"{PACKAGE}."))
        for number, (name, said) in enumerate(members, 1):
            listed, kind = said.startswith("["), said.strip("[]")
            member = message.field.add(name=name, json_name=name, number=number)
            member.label = kinds.LABEL_REPEATED if listed else kinds.LABEL_OPTIONAL
            if listed and kind in PLAIN:
                member.type = getattr(kinds, PLAIN[kind])
                continue
            member.type = kinds.TYPE_MESSAGE
            wrapper = WRAPPERS.get(kind)
            member.type_name = f".google.protobuf.{wrapper}" if wrapper else f".{_message(kind)}"
    return file


if __name__ == "__main__":
    main()
