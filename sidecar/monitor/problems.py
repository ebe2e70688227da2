"""The monitor's errors are problem documents, as those of every server of ours (`sidecar.web.problems`)."""

from sidecar.web.problems import PROBLEM_TYPE, FieldError, Problem, ProblemBody

__all__ = ["PROBLEM_TYPE", "FieldError", "Problem", "ProblemBody"]
