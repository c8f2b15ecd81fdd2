"""Single-line changes of C++ that make a wrong program, if the line does anything. No parser: what does not compile is
skipped by the caller."""

import re

# What is no statement of the program: it is left alone.
SKIPPED = re.compile(r"^\s*(#|//|///|namespace\b|using\b|static_assert\b|template\b|assert\(|\[\[|public:|private:)")
STATEMENT = re.compile(r"^\s+(?=\S)(?!return\b|break\b|continue\b|case\b|default\b|else\b|throw\b|"
                       r"[\w:<>&*, ]+ \w+(\{\w*\})?;$)[^{}]*;\s*$")
GUARDED = re.compile(r"^\s+(?:if|for|while) \(.*\) [^{]*;\s*$")
ROW = re.compile(r"^\s*(?:[A-Z_]+\(.*\)|\{.*\}),?\s*$")
TWINS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}


def masked(line):
    """The line with what stands in strings, characters and comments blanked, so that places stay."""
    out = re.sub(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])'", lambda m: m[0][0] + "_" * (len(m[0]) - 2) + m[0][-1], line)
    comment = out.find("//")
    return out if comment < 0 else out[:comment] + " " * (len(out) - comment)


def operand_end(code, at):
    """Where the right side of && or || that begins at `at` ends."""
    depth = 0
    while at < len(code):
        if code[at] in "([{":
            depth += 1
        elif code[at] in ")]}":
            depth -= 1
            if depth < 0:
                return at
        elif depth == 0 and (code[at] in ";,?" or code[at:at + 2] in ("&&", "||")):
            return at
        at += 1
    return at


def operand_begin(code, at):
    """Where the left side of && or || that stands at `at` begins."""
    depth = 0
    at -= 1
    while at >= 0:
        if code[at] in ")]}":
            depth += 1
        elif code[at] in "([{":
            depth -= 1
            if depth < 0:
                return at + 1
        elif depth == 0 and (code[at] in ";,?" or code[at - 1:at + 1] in ("&&", "||") or
                             re.match(r"(?<![=<>!+*/|&-])=(?!=)", code[at:at + 2]) and code[at - 1] not in "=<>!+-*/|&"):
            return at + 1
        if depth == 0 and code[:at].endswith("return"):
            return at
        at -= 1
    return at + 1


def swaps_of_operators(line, code):
    for match in re.finditer(r" (<=|>=|==|!=|<|>) ", code):
        yield "relation", line[:match.start(1)] + TWINS[match[1]] + line[match.end(1):]
    for match in re.finditer(r" (&&|\|\|) ", code):
        yield "connective", line[:match.start(1)] + ("||" if match[1] == "&&" else "&&") + line[match.end(1):]
    for match in re.finditer(r"(?<=[\w)]) ([+\-*/]) (?=[\w(])", code):
        other = {"+": "-", "-": "+", "*": "/", "/": "*"}[match[1]]
        yield "arithmetic", line[:match.start(1)] + other + line[match.end(1):]


def dropped_conditions(line, code):
    for match in re.finditer(r" (&&|\|\|) ", code):
        end = operand_end(code, match.end())
        yield "condition", line[:match.start()] + line[end:].rjust(1)
        begin = operand_begin(code, match.start())
        gap = " " if begin and code[begin - 1] not in "(!" else ""
        yield "condition", line[:begin] + gap + line[match.end():]
    for match in re.finditer(r"(?<![=!])!(?=[\w(])", code):
        yield "negation", line[:match.start()] + line[match.end():]


def changed_constants(line, code):
    for match in re.finditer(r"(?<![\w.'])(\d[\d']*)(\.\d+)?(?![\w.'])", code):
        digits = match[1].replace("'", "")
        value = float(digits + match[2]) if match[2] else int(digits)
        yield "constant", line[:match.start()] + str(value * 2 if match[2] else value + 1) + line[match.end():]
        if not match[2] and value > 0:
            yield "constant", line[:match.start()] + str(value - 1) + line[match.end():]
    for match in re.finditer(r"\b(true|false)\b", code):
        yield "constant", line[:match.start()] + ("false" if match[1] == "true" else "true") + line[match.end():]


def cells(row):
    """The places of the arguments of a row of a table."""
    code = masked(row)
    begin = code.find("(") if "(" in code else code.find("{")
    out, depth, start = [], 0, begin + 1
    for at in range(begin + 1, len(code)):
        if code[at] in "([{":
            depth += 1
        elif code[at] in ")]}":
            if depth == 0:
                return out + [(start, at)]
            depth -= 1
        elif code[at] == "," and depth == 0:
            out.append((start, at))
            start = at + 1
    return out


def changed_entries(number, lines):
    """A row left out, or one of its words replaced by that of the next row that differs there. Prose stays."""
    line = lines[number]
    if not ROW.match(line) or not line.strip(" ,"):
        return
    head = re.match(r"\s*([A-Z_]*)", line)[1]
    yield "entry", ""
    mine = cells(line)
    for column, (begin, end) in enumerate(mine):
        word = line[begin:end].strip()
        if not re.fullmatch(r"[\w.:]+|\"[\w.-]+\"", word):
            continue
        for other in lines[number + 1:] + lines[:number]:
            theirs = cells(other) if ROW.match(other) and re.match(r"\s*([A-Z_]*)", other)[1] == head else []
            if len(theirs) != len(mine):
                continue
            entry = other[theirs[column][0]:theirs[column][1]].strip()
            if entry != word and re.fullmatch(r"[\w.:]+|\"[\w.-]+\"", entry):
                yield "entry", line[:begin] + line[begin:end].replace(word, entry) + line[end:]
                break


def changes_of(lines):
    """(number, kind, new line) for each change of each line; an empty new line drops it."""
    in_comment = False
    for number, line in enumerate(lines):
        if SKIPPED.match(line) or not line.strip():
            continue
        if "/*" in line:
            in_comment = True
        if in_comment:
            in_comment = "*/" not in line
            continue
        code = masked(line)
        found = [*changed_entries(number, lines), *swaps_of_operators(line, code), *dropped_conditions(line, code),
                 *changed_constants(line, code)]
        if STATEMENT.match(code) or GUARDED.match(code):
            found.append(("statement", ""))
        seen = {line}
        for kind, new in found:
            if new not in seen:
                seen.add(new)
                yield number, kind, new
