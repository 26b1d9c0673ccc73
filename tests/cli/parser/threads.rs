//! Inputs that are worked on at the same time answer as if they were not.

use crate::parser::place::Place;

#[test]
fn the_number_of_jobs_does_not_show() {
    let place = Place::new();
    for number in 0..20 {
        let rules: String = (0..number * 7).map(|rule| format!("  /dir{rule}/**/x{number}* rw,\n")).collect();
        place.write(&format!("tree/p{number:02}"), &format!("profile p{number:02} {{\n{rules}  ^h {{ /h r, }}\n}}\n"));
    }
    place.write("tree/p07", "profile p07 {\n  /a r\n}\n");
    place.write("tree/p11", "profile p11 { @{nope}/a r, }\n");
    place.write("tree/p13.orig", "");
    let run = |jobs: &str| place.run(&["-M", "F", "-Q", "-K", "-v", "-k", jobs, "tree", "nofile", "tree/p03"]);
    let alone = run("-j0");
    assert_eq!(alone.status, 2);
    assert_eq!(alone.out.lines().count(), 2 * 19);
    for jobs in ["-j1", "-j4", "-jauto", "-jmax"] {
        let several = run(jobs);
        assert_eq!((several.status, &several.out, &several.err), (2, &alone.out, &alone.err), "{jobs}");
    }
    let blobs = |jobs: &str| place.run(&["-M", "F", "-S", jobs, "tree"]).bytes;
    assert_eq!(blobs("-j0"), blobs("-j4"));
}

#[test]
fn aborting_is_the_same_everywhere() {
    let place = Place::new();
    for (name, text) in [("a", "profile a { }\n"), ("b", "profile b {\n /x r\n}\n"), ("c", "profile c { }\n")] {
        place.write(name, text);
    }
    for jobs in ["-j0", "-j1", "-j3"] {
        let answer = place.run(&["-M", "F", "-f", "D", "-K", "-v", "--abort-on-error", jobs, "a", "b", "c"]);
        assert_eq!((answer.status, &*answer.out), (1, "Addition succeeded for \"a\".\n"), "{jobs}");
        assert_eq!(place.loaded("D/.load"), ["a"]);
    }
}
