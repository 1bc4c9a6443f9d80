"""Pointers of code strings, elements of arrays, and what else can be assigned.

In Python a pointer becomes two variables: its array, and the number of an element.
"""

from __future__ import annotations

from dataclasses import replace

from pycparser import c_ast

from numbagenn.base.types import Int64, ResolvedType
from numbagenn.language.arithmetic import ONE, Expression, Level, converted
from numbagenn.language.environment import Environment
from numbagenn.language.fault_sites import NOWHERE, not_kept, outside
from numbagenn.language.symbols import ArrayElement, History, Pointer, Symbol
from numbagenn.language.usage import STEPS

_OWN_COPIES = "change it in a custom update, or declare it READ_WRITE, which gives each {} its own"
#: What to do instead of an assignment to a read-only name, by its kind.
_INSTEAD_OF_ASSIGNING = {
    "READ_ONLY variable": _OWN_COPIES.format("batch element"),
    "READ_ONLY_SHARED variable": _OWN_COPIES.format("batch element"),
    "READ_ONLY_SHARED_NEURON variable": _OWN_COPIES.format("neuron"),
    "parameter": "make it a variable",
    "built-in": "assign a variable",
    "input": "assign a variable",
    "constant": "declare it without const",
    "neuron variable reference": "assign it in the code of the neurons, or in a custom update",
}


class Pointers(Environment):
    """Translates pointers, and what can be assigned."""

    def _is_pointer(self, node: c_ast.Node) -> bool:
        """Return whether the value of an expression is a pointer."""
        if isinstance(node, c_ast.ID):
            name = self._find(node.name)
            return name is not None and name.pointer is not None
        if isinstance(node, c_ast.BinaryOp) and node.op in ("+", "-"):
            left, right = self._is_pointer(node.left), self._is_pointer(node.right)
            return left != right if node.op == "+" else left and not right
        if isinstance(node, c_ast.Assignment):
            return self._is_pointer(node.lvalue)
        if isinstance(node, c_ast.UnaryOp) and node.op in STEPS:
            return self._is_pointer(node.expr)
        return isinstance(node, c_ast.ExprList) and self._is_pointer(node.exprs[-1])

    def _pointer(self, node: c_ast.Node) -> Pointer:
        """Translate an expression whose value is a pointer."""
        if isinstance(node, c_ast.ExprList):
            for part in node.exprs[:-1]:
                self._before += self._effect(part)
            return self._pointer(node.exprs[-1])
        if isinstance(node, c_ast.BinaryOp):
            on_left = self._is_pointer(node.left)
            pointer = self._pointer(node.left if on_left else node.right)
            steps = self._expression(node.right if on_left else node.left)
            return self._moved(pointer, node.op, steps, node)
        if isinstance(node, c_ast.Assignment):
            name, pointer = self._assignable_pointer(node.lvalue)
            if node.op == "=":
                pointer = self._pointer_to(pointer.type, pointer.writable, node.rvalue)
            else:
                pointer = self._moved(pointer, node.op[:-1], self._expression(node.rvalue), node)
            return self._repointed(name, pointer)
        if isinstance(node, c_ast.UnaryOp):
            name, pointer = self._assignable_pointer(node.expr)
            moved = self._moved(pointer, node.op[-1], ONE, node)
            if not node.op.startswith("p"):
                return self._repointed(name, moved)
            previous = self.namer.unique("previous")
            self._before.append(f"{previous} = {pointer.offset}")
            self._repointed(name, moved)
            return replace(pointer, offset=previous)
        found = self._lookup(node).pointer
        assert found is not None
        self.read.add(found.array)
        return found

    def _pointer_to(self, ctype: ResolvedType, writable: bool, node: c_ast.Node) -> Pointer:
        """Translate the value that is assigned to a pointer to elements of type `ctype`."""
        wanted = f"{'' if writable else 'const '}{ctype.name}*"
        if not self._is_pointer(node):
            raise self._error(
                node, f"Invalid operand types: a pointer '{wanted}' can only be set to a pointer."
            )
        pointer = self._pointer(node)
        if pointer.type != ctype:
            raise self._error(
                node,
                f"Invalid operand types '{wanted}' and '{pointer.type_name}': a pointer can only "
                "be set to one of the same type.",
            )
        if writable and not pointer.writable:
            raise self._error(
                node,
                f"Invalid operand types '{wanted}' and '{pointer.type_name}': {pointer.title} is "
                f"read-only; declare a const {ctype.name}*.",
            )
        return pointer

    def _moved(
        self, pointer: Pointer, operator: str, steps: Expression, node: c_ast.Node
    ) -> Pointer:
        """Return a pointer moved by a number of elements, forward or back."""
        if operator not in ("+", "-") or steps.type.is_float:
            raise self._error(
                node,
                f"Invalid operand types '{pointer.type_name}' and '{steps.type.name}' for "
                f"'{operator}': to a pointer, integers can be added and from it subtracted.",
            )
        return replace(pointer, offset=_offset(pointer, operator, steps))

    def _assignable_pointer(self, node: c_ast.ID) -> tuple[Symbol, Pointer]:
        name = self._lookup(node)
        assert name.pointer is not None
        if not name.writable:
            fix = "declare a pointer of your own, such as const scalar *p"
            raise self._error(node, f"{name.pointer.title} is read-only; {fix}.")
        return name, name.pointer

    def _repointed(self, name: Symbol, target: Pointer) -> Pointer:
        """Make a declared pointer point elsewhere."""
        pointer = name.pointer
        assert pointer is not None
        if target.array != pointer.array:
            self._before.append(f"{pointer.array} = {target.array}")
        self._before.append(f"{pointer.offset} = {target.offset}")
        return pointer

    def _declared_pointer(self, node: c_ast.Decl, declared: c_ast.TypeDecl) -> list[str]:
        ctype = self._declared_type(declared)
        writable = "const" not in declared.quals
        fixed = "const" in node.type.quals
        before: list[str] = []
        if node.init is not None:
            before, target = self._captured(
                lambda init: self._pointer_to(ctype, writable, init), node.init
            )
        elif fixed:
            raise self._error(node, f"Constant '{node.name}' needs a value.")
        else:
            target = self._nowhere(node, ctype)
        offset = self.namer.unique(node.name)
        pointer = Pointer(
            array=self.namer.unique(f"{offset}_array"),
            offset=offset,
            type=ctype,
            writable=writable,
            title=f"pointer '{node.name}'",
        )
        self._scopes[-1][node.name] = Symbol(
            offset, ctype, writable=not fixed, kind="pointer", pointer=pointer
        )
        lines = [f"{pointer.array} = {target.array}", f"{offset} = int64({target.offset})"]
        return [*before, *lines]

    def _nowhere(self, node: c_ast.Decl, ctype: ResolvedType) -> Pointer:
        """Return the target of a pointer that is declared without a value: outside any array."""
        for scope in reversed(self._scopes):
            for name in scope.values():
                if name.pointer is not None and name.pointer.type == ctype:
                    self.read.add(name.pointer.array)
                    return replace(name.pointer, offset=str(NOWHERE))
        raise self._error(
            node, f"There is no array of type {ctype.name} here that '{node.name}' could point to."
        )

    def _distance(self, node: c_ast.BinaryOp) -> Expression:
        """Translate the difference of two pointers."""
        left, right = self._pointer(node.left), self._pointer(node.right)
        if left.type != right.type:
            raise self._error(
                node,
                f"Invalid operand types '{left.type_name}' and '{right.type_name}' for '-'.",
            )
        return Expression(f"int64(({left.offset}) - ({right.offset}))", Int64, Level.ATOM)

    def _place(self, node: c_ast.ArrayRef | c_ast.UnaryOp) -> tuple[Pointer, str]:
        """Translate ``p[i]`` or ``*p`` into the pointer and the text of an index."""
        base = node.name if isinstance(node, c_ast.ArrayRef) else node.expr
        if not self._is_pointer(base):
            if isinstance(base, c_ast.ID):
                self._check_takes_index(node, base.name, self._lookup(base))
            pointers = sorted(
                {name for name in self._visible() if self._is_pointer(c_ast.ID(name))}
            )
            listed = f"pointers here are {', '.join(pointers)}" if pointers else "there are none"
            raise self._error(node, f"Subscripted object is not a pointer; {listed}.")
        pointer = self._pointer(base)
        if isinstance(node, c_ast.UnaryOp):
            return pointer, f"uint64({pointer.offset})"
        return pointer, f"uint64({_offset(pointer, '+', self._subscript(node.subscript))})"

    def _subscript(self, node: c_ast.Node) -> Expression:
        """Translate an index, which has to be an integer."""
        if self._is_pointer(node):
            given = self._pointer(node).type_name
            raise self._error(node, f"Invalid subscript index type '{given}'.")
        index = self._expression(node)
        if index.type.is_float:
            raise self._error(
                node,
                f"Invalid subscript index type '{index.type.name}': an index is an integer; cast "
                "it, for example to (int).",
            )
        return index

    def _check_takes_index(self, node: c_ast.Node, name: str, found: Symbol) -> None:
        """Raise for variables of neurons where they cannot have an index."""
        if found.history is not None and isinstance(node, c_ast.ArrayRef):
            raise self._error(
                node, f"{found.kind} '{name}' is read-only; assign it in the code of the neurons."
            )
        if found.kind == "presynaptic variable":
            raise self._error(
                node,
                "Subscripted object is not a pointer: a delay can be the index of postsynaptic "
                f"variables alone, and '{name}' is presynaptic; set axonal_delay_steps.",
            )

    def _of_earlier_step(self, node: c_ast.ArrayRef, name: Symbol, history: History) -> Expression:
        """Translate the value that a variable had some steps ago."""
        index, message = self._subscript(node.subscript), not_kept(node.name.name)
        number = index.constant
        if number is None:
            fault = self.faults.site(message, self._code_string, node)
            delay = f"arrays.limited({converted(index, Int64).code}, {history.slots}, {fault})"
        elif 0 <= number < history.slots or history.slots == 1:
            delay = str(int(number))
        else:
            raise self._error(node, f"{message(int(number), history.slots)}.")
        self.read |= {history.array, "steps_since_load"}
        return Expression(history.element(delay), name.type, Level.ATOM)

    def _assignable(self, node: c_ast.Node) -> Symbol | ArrayElement:
        if isinstance(node, c_ast.ArrayRef) or (isinstance(node, c_ast.UnaryOp) and node.op == "*"):
            return self._assignable_element(node)
        if not isinstance(node, c_ast.ID):
            raise self._error(node, "This is not assignable; only variables are.")
        name = self._lookup(node)
        if not name.writable:
            fix = _INSTEAD_OF_ASSIGNING.get(name.kind, "declare it READ_WRITE")
            raise self._error(node, f"{name.kind} '{node.name}' is read-only; {fix}.")
        self.written.add(name.code)
        return name

    def _assignable_element(self, node: c_ast.ArrayRef | c_ast.UnaryOp) -> ArrayElement:
        pointer, index = self._place(node)
        if not pointer.writable:
            raise self._error(node, f"{pointer.title} is read-only: it points to constants.")
        at = self.namer.unique("at")
        self._before.append(f"{at} = {index}")
        fault = self.faults.site(outside(pointer.title), self._code_string, node)
        return ArrayElement(pointer.array, at, pointer.type, fault)


def _offset(pointer: Pointer, operator: str, steps: Expression) -> str:
    """Return the text of the element that is `steps` after a pointer, or before it."""
    number = steps.code if steps.type == Int64 else f"int64({steps.code})"
    if pointer.offset == "0" and operator == "+":
        return number
    return f"{pointer.offset} {operator} {number}"
