//! Visiting every item of a tree.

use super::{Block, Comment, Conditional, Else, File, Item, ItemKind, Trivia};

impl File {
    /// Calls `visit` for every item, those inside profiles, conditionals and blocks too: an item before what it holds.
    ///
    /// ```
    /// let file = armorer::parse(b"profile a {\n  /x r,\n  ^h {\n    /y w,\n  }\n}\n")?;
    /// let mut items = 0;
    /// file.walk(&mut |_| items += 1);
    /// assert_eq!(items, 4);
    /// # Ok::<(), armorer::ParseError>(())
    /// ```
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Item)) {
        items(&self.items, visit);
    }

    /// Every comment, in no order.
    ///
    /// ```
    /// let file = armorer::parse(b"# a\nprofile p { # b\n  /x r, # c\n  # d\n}\n")?;
    /// assert_eq!(file.comments().len(), 4);
    /// # Ok::<(), armorer::ParseError>(())
    /// ```
    #[must_use]
    pub fn comments(&self) -> Vec<&Comment> {
        let mut found = Vec::new();
        self.walk(&mut |item| {
            found.extend(item.leading.iter().filter_map(comment));
            found.extend(&item.trailing);
            match &item.kind.value {
                ItemKind::Profile(profile) => in_braces(&profile.body, &mut found),
                ItemKind::Block(block) => in_braces(&block.block, &mut found),
                ItemKind::Conditional(conditional) => {
                    let mut rest = Some(&**conditional);
                    while let Some(conditional) = rest {
                        in_braces(&conditional.then, &mut found);
                        rest = None;
                        match &conditional.otherwise {
                            Some(Else::Block(block)) => in_braces(block, &mut found),
                            Some(Else::If(inner)) => rest = Some(&inner.value),
                            None => {}
                        }
                    }
                }
                _ => {}
            }
        });
        found.extend(self.tail.iter().filter_map(comment));
        found
    }
}

fn comment(trivia: &Trivia) -> Option<&Comment> {
    match trivia {
        Trivia::Comment(comment) => Some(comment),
        Trivia::Blank => None,
    }
}

/// The comments between braces that belong to no item.
fn in_braces<'a>(block: &'a Block, found: &mut Vec<&'a Comment>) {
    found.extend(&block.opening);
    found.extend(block.tail.iter().filter_map(comment));
}

impl Block {
    /// As [`File::walk`], for what stands between braces.
    ///
    /// ```
    /// use armorer::ast::ItemKind;
    ///
    /// let file = armorer::parse(b"profile a {\n  /x r,\n  ^h {\n    /y w,\n  }\n}\n")?;
    /// let ItemKind::Profile(profile) = &file.items[0].kind.value else { panic!("a profile") };
    /// let mut items = 0;
    /// profile.body.walk(&mut |_| items += 1);
    /// assert_eq!(items, 3);
    /// # Ok::<(), armorer::ParseError>(())
    /// ```
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Item)) {
        items(&self.items, visit);
    }
}

fn items<'a>(list: &'a [Item], visit: &mut dyn FnMut(&'a Item)) {
    for item in list {
        visit(item);
        match &item.kind.value {
            ItemKind::Profile(profile) => profile.body.walk(visit),
            ItemKind::Block(block) => block.block.walk(visit),
            ItemKind::Conditional(conditional) => branches(conditional, visit),
            _ => {}
        }
    }
}

fn branches<'a>(conditional: &'a Conditional, visit: &mut dyn FnMut(&'a Item)) {
    conditional.then.walk(visit);
    match &conditional.otherwise {
        Some(Else::Block(block)) => block.walk(visit),
        Some(Else::If(inner)) => branches(&inner.value, visit),
        None => {}
    }
}
