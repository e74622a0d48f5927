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
# Signs whose two sides are compared with each other.
COMPARED = ("_==_", "_!=_", "@in")
# Members of CEL's messages of a checked expression, with their numbers (cel/expr/checked.proto,
# cel/expr/syntax.proto of the CEL specification).
CHECKED = {
    "Any": [("checked", 2, "Checked")],
    "Checked": [("types", 3, "[Typed]"), ("expr", 4, "Part"), ("source", 5, "Source")],
    "Typed": [("key", 1, "TYPE_INT64"), ("value", 2, "Type")],
    "Type": [("message", 9, "TYPE_STRING")],
    "Source": [("positions", 4, "[Position]")],
    "Position": [("key", 1, "TYPE_INT64"), ("value", 2, "TYPE_INT32")],
    "Part": [
        ("id", 2, "TYPE_INT64"),
        ("constant", 3, "Constant"),
        ("ident", 4, "Ident"),
        ("select", 5, "Select"),
        ("call", 6, "Call"),
        ("list", 7, "List"),
        ("loop", 9, "Loop"),
    ],
    "Constant": [("null", 1, "TYPE_INT32"), ("text", 6, "TYPE_STRING")],
    "Ident": [("name", 1, "TYPE_STRING")],
    "Select": [("operand", 1, "Part"), ("field", 2, "TYPE_STRING")],
    "Call": [("target", 1, "Part"), ("function", 2, "TYPE_STRING"), ("args", 3, "[Part]")],
    "List": [("elements", 1, "[Part]")],
    "Loop": [
        ("variable", 1, "TYPE_STRING"),
        ("range", 2, "Part"),
        ("condition", 5, "Part"),
        ("step", 6, "Part"),
        ("result", 7, "Part"),
    ],
}


def main() -> None:
    """Answer until the input ends: first what is wrong with the rules, then each record."""
    _bound()
    first = json.loads(sys.stdin.readline())
    try:
        typed, plain = _environments(first["messages"])
        checked = _checked_expressions()
    except ImportError as error:
        _say({"faults": [{"missing": (error.name or "").split(".")[0]}]})
        return
    compiled, faults = [], []
    for place, text in enumerate(first["rules"]):
        rule, fault = _compile(typed, text)
        faults += [{"rule": place, "fault": fault}] if fault else []
        tree = None if fault else checked(rule)
        strange = _Words(tree, text, first["words"]).found if tree else []
        faults += [{"rule": place, "word": word} for word in strange]
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


class _Words:
    """Looks for words that an expression compares something with that is never one of them.

    Attributes:
        words: What each member of a message can be.
        found: Those found, each with its place and the member.
    """

    def __init__(self, tree: Any, text: str, words: dict[str, dict[str, list[str]]]) -> None:
        self.text, self.words = text, words
        self.types = {one.key: one.value.message for one in tree.types}
        self.places = {one.key: one.value for one in tree.source.positions}
        self.found: list[dict[str, Any]] = []
        self.visit(tree.expr, {})

    def visit(self, part: Any, bound: dict[str, Any]) -> None:
        """Look through a part of the expression.

        Args:
            part: The part.
            bound: Variables of the macros around it, each with the list that it goes through.
        """
        call, loop = part.call, part.loop
        if call.function in COMPARED:
            left, right = call.args
            self.compare(self.member_of(left, bound), right)
            self.compare(self.member_of(right, bound), left)
        around = (loop.range, call.target, *call.args, *part.list.elements, part.select.operand)
        inside = {**bound, loop.variable: self.member_of(loop.range, bound)}
        for within, parts in ((bound, around), (inside, (loop.condition, loop.step, loop.result))):
            for one in parts:
                if one.id:
                    self.visit(one, within)

    def compare(self, read: Any, other: Any) -> None:
        """Hold a word, or each of a list of them, against what a member can be."""
        owner, member, besides = read or ("", "", ())
        values = self.words.get(owner, {}).get(member)
        for one in other.list.elements or [other]:
            word = one.constant.text if one.constant.HasField("text") else None
            strange = values is not None and word is not None and word not in (*values, *besides)
            if strange or (member and one.constant.HasField("null")):
                before = self.text[: self.places.get(one.id, 0)]
                line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
                place = {"line": line, "column": column}
                self.found.append({"owner": owner, "member": member, "word": word, **place})

    def member_of(self, part: Any, bound: dict[str, Any]) -> Any:
        """What a part reads, if it is a member: its owner and name, and words it may be besides."""
        function, args = part.call.function, part.call.args
        if part.select.field:
            owner = self.types.get(part.select.operand.id, "").removeprefix(f"{PACKAGE}.")
            return owner.replace("_in_", "."), part.select.field, ()
        if function == "_[_]":
            return self.member_of(args[0], bound)
        if function == "_?_:_":
            # has(member) ? member : 'another word'
            for one, other in ((args[1], args[2]), (args[2], args[1])):
                read = self.member_of(one, bound)
                if read and other.constant.HasField("text"):
                    return read[0], read[1], (*read[2], other.constant.text)
        return bound.get(part.ident.name)


def _checked_expressions() -> Any:
    """A function that reads a compiled expression as CEL's own message of it.

    Of the message those parts that words are looked for in; None where it is nested too deep.
    """
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    from google.protobuf.message import DecodeError

    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="checked.proto", package="checked")
    for owner, members in CHECKED.items():
        message = file.message_type.add(name=owner)
        for name, number, said in members:
            kind = said.strip("[]")
            member = message.field.add(name=name, number=number)
            member.label = kinds.LABEL_REPEATED if said != kind else kinds.LABEL_OPTIONAL
            if kind in CHECKED:
                member.type, member.type_name = kinds.TYPE_MESSAGE, f".checked.{kind}"
            else:
                member.type = getattr(kinds, kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    whole: Any = message_factory.GetMessageClass(pool.FindMessageTypeByName("checked.Any"))

    def read(rule: Any) -> Any:
        try:
            return whole.FromString(rule.serialize()).checked
        except DecodeError:
            return None

    return read


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
