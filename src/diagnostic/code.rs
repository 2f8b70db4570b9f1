//! The kinds of findings.

use std::fmt;

macro_rules! codes {
    ($($variant:ident $name:literal $explanation:literal)*) => {
        /// The kind of a finding: stable, and written in kebab-case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $explanation] $variant,)*
        }

        impl Code {
            /// Every code, in a fixed order.
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// The code as it is written: `undefined-event`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

codes! {
    UnreadableFile "unreadable-file" "a file that could not be read"
    NotUtf8 "not-utf8" "a file that is not UTF-8"
    FileTooLarge "file-too-large" "a file over the limit"
    NotFormatted "not-formatted" "lines that `fmt` would lay out in another way"
    Syntax "syntax" "text that is not of the language"
    ItemLimit "item-limit" "a statement, or a declaration without its body, longer than the limit"
    NestingLimit "nesting-limit" "brackets or statements nested deeper than the limit"
    IntegerTooLarge "integer-too-large" "an integer that does not fit into 64 bits"
    BadPercentage "bad-percentage" "a percentage out of range or with too many decimals"
    BadEscape "bad-escape" "an unknown escape in a string"
    ChainedComparison "chained-comparison" "`a < b < c`"
    RepeatedClause "repeated-clause" "a clause that is written twice"
    UnknownBuiltin "unknown-builtin" "a built-in grammar that does not exist"
    UseCycle "use-cycle" "files that use each other"
    DuplicateName "duplicate-name" "a name that is declared twice"
    NotOverridden "not-overridden" "an `override` of nothing"
    Yaml "yaml" "text that is not YAML, or too much of it"
    BadCharm "bad-charm" "metadata that do not describe a charm"
    NoCharm "no-charm" "a directory that has no charm"
    UndefinedEvent "undefined-event" "an event that is not declared"
    UndefinedRule "undefined-rule" "a rule that is not declared"
    UndefinedAction "undefined-action" "an action or a group that is not declared"
    UndefinedReaction "undefined-reaction" "a reaction or a group that is not declared"
    UndefinedPhase "undefined-phase" "a phase that is not declared"
    UndefinedKind "undefined-kind" "a kind that is not declared"
    UndefinedSource "undefined-source" "a source that is not declared"
    UndefinedGroup "undefined-group" "a group that is not declared"
    UndefinedProfile "undefined-profile" "a profile that is not declared"
    UndefinedName "undefined-name" "a name in an expression that nothing has"
    UndefinedMember "undefined-member" "a field or state that a kind does not have"
    UndefinedInstance "undefined-instance" "an instance that is not declared"
    UndefinedPayload "undefined-payload" "a payload field that an event does not have"
    UndefinedTest "undefined-test" "a test that is not declared"
    UndefinedSetting "undefined-setting" "a setting that nothing takes"
    RemovedName "removed-name" "a use of what was removed"
    ForwardParam "forward-param" "a param that is used before its declaration"
    AmbiguousName "ambiguous-name" "a name that means several things"
    NotHere "not-here" "why a trace can't show an item where it does"
    DeprecatedEvent "deprecated-event" "an event that should not be used any more"
    AmbiguousEvent "ambiguous-event" "one event name that two declarations make"
    ShadowedName "shadowed-name" "a variable with the name of something in the same file"
    MissingArgument "missing-argument" "arguments or payload that are missing"
    ExtraArgument "extra-argument" "arguments or payload that are too many"
    MissingField "missing-field" "an instance without a value that its kind asks for"
    MissingSource "missing-source" "an action without `by`"
    TypeMismatch "type-mismatch" "a value of the wrong type"
    NotConstant "not-constant" "a value that must be known before the walk"
    OutOfDomain "out-of-domain" "a constant that its type does not hold"
    EmptyRange "empty-range" "a range whose upper bound is below the lower one"
    BadType "bad-type" "a type that does not exist"
    BadTemplate "bad-template" "a template that cannot be"
    BadAssignment "bad-assignment" "an assignment to what is not a state"
    BadAny "bad-any" "`any` where no value can be drawn"
    BadWeight "bad-weight" "a weight that cannot be"
    BadCount "bad-count" "a count that cannot be"
    BadClause "bad-clause" "a declaration with a clause that it cannot have"
    BadInterleave "bad-interleave" "an `interleave` with one branch"
    BadLabel "bad-label" "a shown name that a story could not hold"
    BadIndex "bad-index" "an index out of an array, or of what is no array"
    MisplacedMeanwhile "misplaced-meanwhile" "a `meanwhile` that is not the first thing in a phase"
    MisplacedStatement "misplaced-statement" "a statement that cannot stand here"
    MeanwhileEffect "meanwhile-effect" "a clause of a `meanwhile` that changes something"
    MeanwhilePercentages "meanwhile-percentages" "clauses whose percentages add up to 100 or more"
    LeftRecursion "left-recursion" "a rule that reaches itself before an event"
    EndlessRule "endless-rule" "a rule that cannot end"
    RecursiveLet "recursive-let" "a `let` that uses itself"
    BadPattern "bad-pattern" "a pattern that cannot be"
    PatternEvent "pattern-event" "an event of a pattern that the alphabet does not have"
    NoPhase "no-phase" "a grammar without a phase"
    InstanceLimit "instance-limit" "more instances than the limit"
    ArrayLimit "array-limit" "an array larger than the limit"
    RepeatLimit "repeat-limit" "a count above the limit"
    BindingLimit "binding-limit" "more bindings than the limit"
    DomainLimit "domain-limit" "a domain larger than the limit"
    AlphabetLimit "alphabet-limit" "more event names than the limit"
    DeadEnd "dead-end" "nothing is enabled where something must be"
    DomainError "domain-error" "a value outside its domain, while the grammar runs"
    Overflow "overflow" "arithmetic that leaves the 64-bit integers"
    AnyOrderLimit "any-order-limit" "too much to be taken in any order"
    StepLimit "step-limit" "too many silent steps"
    StackLimit "stack-limit" "rules nested too deeply"
    EventLimit "event-limit" "too many events"
    FailedTest "failed-test" "a test of the grammar that fails"
    Undecided "undecided" "what could not be answered within a limit"
    SilentLoop "silent-loop" "a run that goes on forever and shows nothing"
    EndlessPhase "endless-phase" "a phase from which no trace ends"
    Unreachable "unreachable" "a part of a grammar that no run comes to"
    ConstantGuard "constant-guard" "a condition that always or never holds"
    Unused "unused" "a declaration that nothing uses"
    ReservedName "reserved-name" "a name that the language keeps for itself"
    NameLimit "name-limit" "a name longer than the limit"
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
