//! Visiting every item of a tree.

use super::{Block, Conditional, Else, File, Item, ItemKind};

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
}

impl Block {
    /// As [`File::walk`], for what stands between braces.
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
