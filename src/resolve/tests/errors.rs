use super::*;

#[test]
fn variables() {
    for (text, code, at) in [
        ("@{A}=x\n@{A}=y\n", Code::VarRedeclared, "A"),
        ("$A = true\n@{A}=y\n", Code::VarRedeclared, "A"),
        ("@{A}=y\n$A = true\n", Code::VarRedeclared, "A"),
        ("@{A}+=x\n", Code::VarAddUndeclared, "A"),
        ("$A = true\n@{A}+=x\n", Code::VarAddUndeclared, "A"),
        ("$A = true\n$A += true\n", Code::BoolAdd, "+="),
        ("profile p { /@{X} r, }\n", Code::Expand, "/@{X}"),
        ("$X = true\nprofile p { /@{X} r, }\n", Code::Expand, "/@{X}"),
        ("profile p { @{exec_path} r, }\n", Code::Expand, "@{exec_path}"),
        ("profile p { /a@{1} r, }\n", Code::VarName, "/a@{1}"),
        ("@{A}=@{1}\nprofile p { /@{A} r, }\n", Code::VarName, "@{1}"),
        ("@{A}=@{A}\nprofile p { /@{A} r, }\n", Code::VarRecursive, "@{A}"),
        ("@{A}=x @{B}\n@{B}=y/@{A}\nprofile p { /@{A} r, }\n", Code::VarRecursive, "y/@{A}"),
        ("@{A}=@{NOPE} /x\nprofile p { /@{A} r, /y@{A} r, }\n", Code::VarUndeclared, "@{NOPE}"),
        ("$B = true\n@{A}=@{B}\nprofile p { /@{A} r, }\n", Code::VarUndeclared, "@{B}"),
        ("alias /a -> /b,\nalias /a -> /b,\n", Code::DuplicateAlias, "alias /a -> /b,"),
        ("profile p { @{A} = x\n }\n", Code::MisplacedItem, "@{A} = x"),
        ("/a r,\n", Code::MisplacedItem, "/a r,"),
        ("if true { }\n", Code::MisplacedItem, "if true { }"),
    ] {
        assert_eq!(run(text).codes(), [(code, at.into())], "{text}");
    }
}

#[test]
fn many_errors_in_one_run() {
    let text = "@{A}=a\n@{A}=b\nprofile p { /@{X} r, deny { allow /a r, } /b px, /b cx, ^h { /@{Y} r, } }\nfoo { }\n";
    let codes: Vec<_> = run(text).codes().into_iter().map(|(code, _)| code).collect();
    let expected =
        [Code::VarRedeclared, Code::Expand, Code::BlockMode, Code::Expand, Code::MergeXConflict, Code::ProfileName];
    assert_eq!(codes, expected);
}

#[test]
fn suggestions() {
    let outcome = run("@{HOME}=/home\nprofile p { @{HOMES}/x r, }\n");
    assert_eq!(outcome.diagnostics[0].help.as_deref(), Some("did you mean `@{HOME}`?"));
}
