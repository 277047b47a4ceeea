"""How every command of the project parses its arguments: with click, and one line for each mistake."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click

USAGE = 2
"""The exit code of a command with wrong arguments."""

FILE = click.Path(path_type=Path)
"""A path that is checked where it is used, because a better message is possible there."""


class Option(click.Option):
    """An option whose value can't be empty."""

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """The value, converted. Raises UsageError."""
        _refuse_empty(self.opts[-1], value)
        return super().type_cast_value(ctx, value)


class Argument(click.Argument):
    """An argument that can't be empty."""

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """The value, converted. Raises UsageError."""
        _refuse_empty(self.human_readable_name.strip("[]."), value)
        return super().type_cast_value(ctx, value)


def _refuse_empty(name: str, value: Any) -> None:
    """Raises UsageError for an empty value, as an unset shell variable gives."""
    given = value if isinstance(value, (tuple, list)) else (value,)
    if any(isinstance(one, str) and not one.strip() for one in given):
        raise click.UsageError(f"{name} is given and empty. Give a value, or leave it out.")


class Command(click.Command):
    """A command whose help ends in lines that are shown as written: examples and exit codes."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the epilog with its own line breaks."""
        if self.epilog:
            formatter.write(f"\n{self.epilog.strip()}\n")

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. A reader that closes the output early isn't an error."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Without this, Python prints another error when it exits.
            sys.stdout = None
            return USAGE


class Group(click.Group):
    """Commands, each imported only when it is used."""

    def __init__(self, *arguments: Any, late: Mapping[str, tuple[str, str]] | None = None, **more: Any) -> None:
        """`late` maps a command's name to its place, as `module:attribute`, and to its line in --help."""
        super().__init__(*arguments, **more)
        self.late = dict(late or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in their given order."""
        return [*self.late, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, or None where no command has that name."""
        if cmd_name in self.late:
            module, _, attribute = self.late[cmd_name][0].partition(":")
            self.add_command(getattr(import_module(module), attribute), cmd_name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names. Raises UsageError with the nearest names."""
        name = args[0]
        if not name.strip():
            raise click.UsageError("The command's name is given and empty.", ctx)
        if not name.startswith("-") and name not in self.list_commands(ctx) and not ctx.resilient_parsing:
            raise click.exceptions.NoSuchCommand(name, possibilities=self.list_commands(ctx), ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, without importing those that are imported late."""
        lines = {name: command.get_short_help_str(90) for name, command in self.commands.items()}
        lines |= {name: line for name, (_, line) in self.late.items()}
        with formatter.section("Commands"):
            formatter.write_dl([(name, lines[name]) for name in self.list_commands(ctx)])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the epilog with its own line breaks."""
        if self.epilog:
            formatter.write(f"\n{self.epilog.strip()}\n")


option = partial(click.option, cls=Option)
argument = partial(click.argument, cls=Argument)
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


def command(**more: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a command of a function, which returns the exit code; its docstring is the help."""
    return click.command(cls=Command, context_settings=SETTINGS, **more)


def run(command: click.Command, arguments: Sequence[str] | None, name: str) -> int:
    """Run a command; returns the exit code. A mistake in the arguments is one line on standard error."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _carried_out(command, given, name)
    finally:
        _flushed()


def _flushed() -> None:
    """Write what is still in the buffer. Where nobody reads it, Python would complain on its way out."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _carried_out(command: click.Command, given: list[str], name: str) -> int:
    try:
        result = command.main(given, prog_name=name, standalone_mode=False)
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else name
        print(f"{' '.join(error.format_message().split())} See `{where} --help`.", file=sys.stderr)
        return USAGE
    except click.Abort:
        print("Interrupted.", file=sys.stderr)
        return USAGE
    return result if isinstance(result, int) else 0
