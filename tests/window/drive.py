#!/usr/bin/python3
"""Uses a window as a person with a screen reader would: by the roles and names on the accessibility bus.

Reads one order a line from standard input, as JSON, and answers each with one line: {"answer": ...} or
{"error": "..."}. Each order waits for what it needs; nothing is found by its place on the screen.

    {"do": "press", "role": "button", "name": "Connect"}        waits until there is exactly one, enabled; presses it
    {"do": "set", "role": "entry", "name": "Host", "text": ""}  puts a text into a field, waits until it is there
    {"do": "text", "role": "entry", "name": "SQL"}              what stands in a field
    {"do": "wait", "role": "label", "name": "..."}              until there is at least one; answers its name
    {"do": "gone", "name": "Cancel"}                            until there is none
    {"do": "cell", "column": "word", "row": "2"}                text of a table's cell, by its headers
    {"do": "names", "role": "label"}                            every name of that role, now
    {"do": "keys", "keys": "ctrl+Return"}                       presses keys in the window that has the focus
    {"do": "focused"}                                           role and name of what has the keyboard focus
    {"do": "tree"}                                              everything, for people

`role` may be left out. `part` in place of `name` asks for names that contain it. With "any": true the first
of several will do. `seconds` is how long to wait, 120 unless told.
"""

import ctypes
import json
import signal
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

APP = "porthole"
PAUSE = 0.05
PR_SET_PDEATHSIG = 1
MARK = "•"
# The names by which people know them.
ROLES = {"push button": "button", "toggle button": "button", "password text": "entry", "text": "entry"}


class Missing(Exception):
    """Not there yet; why, in words."""


def children(node):
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is not None:
            yield child


def app():
    desktop = Atspi.get_desktop(0)
    desktop.clear_cache()
    found = [child for child in children(desktop) if child.get_name() == APP]
    if not found:
        raise Missing("the program is not on the accessibility bus")
    # A program that has just ended may still be listed; the last is the newest.
    found[-1].set_cache_mask(Atspi.Cache.NONE)
    return found[-1]


def walk(node, depth=0):
    """Every node below. One that vanishes while we look is left out, with what is below it."""
    try:
        below = list(children(node))
    except GLib.Error:
        return
    for child in below:
        yield child, depth
        yield from walk(child, depth + 1)


def role(node):
    name = node.get_role_name()
    return ROLES.get(name, name)


def has(node, state):
    return node.get_state_set().contains(state)


def matches(node, order):
    if "role" in order and role(node) != order["role"]:
        return False
    name = node.get_name()
    if "part" in order:
        return order["part"] in name
    return name == order["name"]


def find(order):
    found = []
    for node, _ in walk(app()):
        try:
            if matches(node, order):
                found.append(node)
        except GLib.Error:
            continue
    return found


def one(order):
    found = [node for node in find(order) if has(node, Atspi.StateType.ENABLED)]
    if len(found) != 1 and not (found and order.get("any")):
        raise Missing(f"{len(found)} of these are there and enabled")
    return found[0]


def text_of(node):
    # Of the node, not of its text interface: GObject knows the latter by another name in some versions.
    return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))


def press(order):
    if not one(order).do_action(0):
        raise Missing("it cannot be pressed")


def put(order):
    node = one(order)
    # A password field shows marks.
    if text_of(node) not in (order["text"], MARK * len(order["text"])):
        node.set_text_contents(order["text"])
        raise Missing("the text is not in it")


def text(order):
    return text_of(one(order))


def wait(order):
    found = find(order)
    if not found:
        raise Missing("there is none")
    return found[0].get_name()


def cell(order):
    for table in find({"role": "table", "part": ""}):
        rows = [list(children(row)) for row in children(table)]
        header = [node.get_name() for node in rows[0]] if rows else []
        for row in rows:
            cells = [node for node in row if role(node) == "table cell"]
            named = [node.get_name() for node in row if role(node) == "row header"]
            if named == [order["row"]] and order["column"] in header:
                return cells[header.index(order["column"])].get_name()
    raise Missing("there is no such row or no such column")


def gone(order):
    if find(order):
        raise Missing("it is still there")


def names(order):
    return [node.get_name() for node, _ in walk(app()) if role(node) == order["role"]]


def keys(order):
    subprocess.run(["xdotool", "key", "--clearmodifiers", order["keys"]], check=True)


def focused(_order):
    for node, _ in walk(app()):
        if has(node, Atspi.StateType.FOCUSED) and role(node) not in ("frame", "window", "application"):
            return [role(node), node.get_name()]
    raise Missing("nothing has the focus")


def tree(_order):
    lines = []
    for node, depth in walk(app()):
        marks = "" if has(node, Atspi.StateType.ENABLED) else " (disabled)"
        lines.append(f"{'  ' * depth}{role(node)} {node.get_name()!r}{marks}")
    return lines


ORDERS = {
    "press": press,
    "set": put,
    "text": text,
    "wait": wait,
    "cell": cell,
    "gone": gone,
    "names": names,
    "keys": keys,
    "focused": focused,
    "tree": tree,
}


def obey(order):
    """Try until it can be done."""
    deadline = time.monotonic() + order.get("seconds", 120)
    while True:
        try:
            return {"answer": ORDERS[order["do"]](order)}
        except Missing as missing:
            why = str(missing)
        except GLib.Error as error:
            why = error.message
        if time.monotonic() > deadline:
            return {"error": why}
        time.sleep(PAUSE)


def main():
    # A call over a bus that has gone may never return.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    for line in sys.stdin:
        order = json.loads(line)
        reply = obey(order)
        if "error" in reply:
            try:
                reply["tree"] = tree(order)
            except (Missing, GLib.Error):
                pass
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
