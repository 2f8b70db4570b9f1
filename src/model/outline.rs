//! What a grammar declares of the things that a charm has, told by its text alone, so that things of a charm can be said
//! in its words before it is checked.

use std::collections::{BTreeMap, BTreeSet};

use super::files;
use super::{Loader, Root, Settings};
use crate::diagnostic::Diagnostics;
use crate::syntax::tree::{Declaration, DeclarationKind, Removed, Type};

/// The kinds of a grammar, and what it is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The built-in grammars that it is, or uses.
    pub builtins: BTreeSet<String>,
    /// The kinds by name.
    pub kinds: BTreeMap<String, KindOutline>,
}

/// A kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindOutline {
    /// The fields by name.
    pub fields: BTreeMap<String, Type>,
    /// The names of its instances and arrays.
    pub instances: BTreeSet<String>,
}

/// Reads a grammar with all that it uses, and looks at what it declares. What is wrong with it is passed over.
pub fn outline(loader: &dyn Loader, root: &Root, settings: &Settings) -> Outline {
    let files = files::read(loader, root, settings, &mut Diagnostics::default());
    let mut outline = Outline { builtins: files.builtins, kinds: BTreeMap::new() };
    // An instance may stand before its kind.
    for declaration in &files.declarations {
        outline.kind(declaration);
    }
    for declaration in &files.declarations {
        outline.instance(declaration);
    }
    outline
}

impl Outline {
    fn kind(&mut self, declaration: &Declaration) {
        match &declaration.kind {
            DeclarationKind::Override(inner) => self.kind(inner),
            DeclarationKind::Kind { name, members } => {
                let fields = members.iter().filter(|member| !member.state);
                let fields = fields.map(|member| (member.name.text.to_string(), member.ty.clone())).collect();
                self.kinds.insert(name.text.to_string(), KindOutline { fields, instances: BTreeSet::new() });
            }
            DeclarationKind::Remove { item: Removed::Named { keyword, name } } if keyword.text == "kind" => {
                self.kinds.remove(name.text.as_str());
            }
            _ => {}
        }
    }

    fn instance(&mut self, declaration: &Declaration) {
        match &declaration.kind {
            DeclarationKind::Override(inner) => self.instance(inner),
            DeclarationKind::Instance { kind, name, .. } => {
                if let Some(kind) = self.kinds.get_mut(kind.text.as_str()) {
                    kind.instances.insert(name.text.to_string());
                }
            }
            DeclarationKind::Remove { item: Removed::Named { keyword, name } } => {
                if let Some(kind) = self.kinds.get_mut(keyword.text.as_str()) {
                    kind.instances.remove(name.text.as_str());
                }
            }
            _ => {}
        }
    }
}
