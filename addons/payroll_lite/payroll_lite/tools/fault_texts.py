"""What a person is told about a fault found by the engine."""


def fault_text(env, kind, params):
    """Sentence about a PayrollError, in the language of ``env``."""
    text = _texts(env).get(kind) or env._("This formula cannot be used.")
    text %= params
    if "rule" not in params or "%(rule)s" in text:
        return text
    return env._("Rule %(rule)s: %(fault)s", rule=params["rule"], fault=text)


def _texts(env):
    """Sentences by kind; the placeholders are filled by the caller."""
    return {
        "empty": env._("The formula is empty."),
        "too_long": env._(
            "The formula is longer than %(limit)s characters. "
            "Split it into several rules."
        ),
        "too_deep": env._(
            "The formula has too many levels. Split it into several rules."
        ),
        "character": env._(
            "The character “%(character)s” cannot be used in a formula."
        ),
        "operator": env._(
            "“%(operator)s” cannot be used. Formulas know + - * / and comparisons."
        ),
        "single_equals": env._("Write == to compare two values."),
        "word": env._(
            "The word “%(word)s” cannot be used. "
            "To choose between two amounts, write IF(condition, then, else)."
        ),
        "name_underscore": env._(
            "“%(name)s” cannot be a name: names start with a letter and have no two "
            "underscores in a row."
        ),
        "number": env._(
            "“%(number)s” is not a number that can be used. "
            "Write plain digits with a decimal point, for example 7.3."
        ),
        "comma": env._(
            "The comma in “%(part)s” is not within a function. "
            "Write decimals with a point, for example 7.3."
        ),
        "syntax": env._("The formula cannot be read near “%(near)s”."),
        "needs_number": env._("“%(part)s” is not an amount, but one is needed there."),
        "needs_condition": env._(
            "“%(part)s” is not a condition, but one is needed there. "
            "Compare two values, for example age >= 17."
        ),
        "needs_table": env._(
            "“%(part)s” is not a table, but one is needed there. "
            "Write the code of a parameter with bands."
        ),
        "unknown_name": env._("There is nothing called “%(name)s”."),
        "unknown_name_close": env._(
            "There is nothing called “%(name)s”. Did you mean “%(close)s”?"
        ),
        "unknown_function": env._("There is no function called “%(name)s”."),
        "arguments": env._(
            "%(name)s takes %(least)s to %(most)s values, but %(found)s are given."
        ),
        "ytd_argument": env._(
            "YTD takes the code of one rule, for example YTD(GROSS)."
        ),
        "round_digits": env._("ROUND takes a whole number of decimals from 0 to 6."),
        "table_order": env._(
            "The table “%(name)s” needs at least one band, each with its own limit."
        ),
        "no_number": env._("The value “%(name)s” is not a number."),
        "twice": env._("The code %(rule)s is used by two rules."),
        "two_nets": env._(
            "A structure has one rule for the net pay, but it has these: %(rules)s."
        ),
        "no_net": env._("The structure has no rule of the category “Net pay”."),
        "circle": env._("These rules need each other in a circle: %(path)s."),
        "division": env._("The formula divides by zero."),
        "too_large": env._("The amount is too large."),
        "not_adding_up": env._(
            "The net pay is not the earnings less the deductions of the payslip."
        ),
        "missing_input": env._(
            "The value “%(name)s” is missing on the employee, but the rules need it."
        ),
        "missing_birthday": env._(
            "The birthday of the employee is missing, but the rules need the age."
        ),
        "missing_parameter": env._(
            "The parameter “%(name)s” has no value for %(date)s."
        ),
        "no_contract": env._("There is no running contract in this period."),
    }
