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
            for block in item.kind.value.blocks() {
                found.extend(&block.opening);
                found.extend(block.tail.iter().filter_map(comment));
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

impl Block {
    /// Walks the items like [`File::walk`], for what stands between braces.
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
        item.kind.value.blocks().into_iter().for_each(|block| block.walk(visit));
    }
}

impl ItemKind {
    /// The blocks of an item, in the order of the text: the body of a profile, the branches of a conditional.
    pub(crate) fn blocks(&self) -> Vec<&Block> {
        match self {
            ItemKind::Profile(profile) => vec![&profile.body],
            ItemKind::Block(block) => vec![&block.block],
            ItemKind::Conditional(conditional) => {
                let (mut found, mut rest) = (Vec::new(), Some(&**conditional));
                while let Some(Conditional { then, otherwise, .. }) = rest.take() {
                    found.push(then);
                    match otherwise {
                        Some(Else::Block(block)) => found.push(block),
                        Some(Else::If(inner)) => rest = Some(&inner.value),
                        None => {}
                    }
                }
                found
            }
            _ => Vec::new(),
        }
    }

    /// Returns the same as [`ItemKind::blocks`], to change them.
    pub(crate) fn blocks_mut(&mut self) -> Vec<&mut Block> {
        match self {
            ItemKind::Profile(profile) => vec![&mut profile.body],
            ItemKind::Block(block) => vec![&mut block.block],
            ItemKind::Conditional(conditional) => {
                let (mut found, mut rest) = (Vec::new(), Some(&mut **conditional));
                while let Some(Conditional { then, otherwise, .. }) = rest.take() {
                    found.push(then);
                    match otherwise {
                        Some(Else::Block(block)) => found.push(block),
                        Some(Else::If(inner)) => rest = Some(&mut inner.value),
                        None => {}
                    }
                }
                found
            }
            _ => Vec::new(),
        }
    }
}
