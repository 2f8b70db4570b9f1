//! Documents → facts.

use std::path::Path;

use serde_json::Value as Json;

use super::documents::{Documents, find, wrong};
use super::extensions::login_options;
use super::facts::{
    Action, Charm, ConfigOption, Container, OptionType, Parameter, Platform, Relation, Resource, Role, Storage,
};
use super::yaml::{Entry, Node, Value, shortened};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;

/// The longest name, in bytes: that of the language.
const MAX_NAME_BYTES: usize = 255;

/// Reads what the documents say. After an error the facts are not whole.
pub(super) fn facts(directory: &Path, documents: &Documents, diagnostics: &mut Diagnostics) -> Charm {
    let mut reader = Reader { documents, diagnostics };
    reader.check_type();
    let relations = reader.relations();
    let containers = reader.containers();
    let actions = reader.actions();
    let mut charm = Charm {
        directory: directory.to_owned(),
        name: reader.top("name").and_then(|node| reader.text(node, "`name`")),
        platform: reader.platform(&containers),
        subordinate: reader.top("subordinate").is_some_and(|node| reader.truth(node, "`subordinate`")),
        storage: reader.storage(),
        resources: reader.resources(),
        options: reader.options(),
        relations,
        containers,
        actions,
    };
    for (extension, _) in &documents.extensions {
        let logins = charm
            .relations
            .iter()
            .filter(|relation| relation.role == Role::Requires && relation.interface.as_deref() == Some("oauth"));
        let options: Vec<_> = logins.flat_map(|relation| login_options(extension, &relation.name)).collect();
        let option =
            |(name, default)| ConfigOption { name, ty: OptionType::String, default: Some(Json::from(default)) };
        charm.options.extend(options.into_iter().map(option));
    }
    charm
}

struct Reader<'a, 'd> {
    documents: &'a Documents,
    diagnostics: &'d mut Diagnostics,
}

impl<'a> Reader<'a, '_> {
    /// The value of a key at the top.
    fn top(&self, key: &str) -> Option<&'a Node> {
        self.documents.get(key).map(|entry| &entry.node)
    }

    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(Code::BadCharm, span, message));
    }

    fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.value {
            Value::Null => None,
            Value::Text(text) => Some(text.clone()),
            // A version that looks like a number, a name that looks like a truth value.
            Value::Bool(value) => Some(value.to_string()),
            Value::Integer(value) => Some(value.to_string()),
            Value::Float(value) => Some(value.to_string()),
            Value::List(_) | Value::Mapping(_) => {
                self.diagnostics.push(wrong(node, what, "a text"));
                None
            }
        }
    }

    fn truth(&mut self, node: &Node, what: &str) -> bool {
        node.truth().unwrap_or_else(|| {
            self.diagnostics.push(wrong(node, what, "`true` or `false`"));
            false
        })
    }

    /// A mapping; null has no entries.
    fn mapping<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Entry] {
        match &node.value {
            Value::Mapping(entries) => entries,
            Value::Null => &[],
            _ => {
                self.diagnostics.push(wrong(node, what, "a mapping"));
                &[]
            }
        }
    }

    fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.value {
            Value::List(nodes) => nodes,
            Value::Null => &[],
            _ => {
                self.diagnostics.push(wrong(node, what, "a list"));
                &[]
            }
        }
    }

    /// The entries below a path of keys at the top, and after them those of the extensions that have other names. Names
    /// that no grammar could hold are told.
    fn named(&mut self, path: &[&str]) -> Vec<&'a Entry> {
        let what = format!("`{}`", path.join(": "));
        let documents = self.documents;
        let mut found: Vec<&'a Entry> = Vec::new();
        if let Some(entry) = documents.get(path[0]) {
            let node = path[1..]
                .iter()
                .try_fold(&entry.node, |node, key| find(self.mapping(node, &what), key).map(|entry| &entry.node));
            found.extend(node.map_or(&[][..], |node| self.mapping(node, &what)));
        }
        for (_, entries) in &documents.extensions {
            let Some(entry) = find(entries, path[0]) else { continue };
            let node = path[1..].iter().try_fold(&entry.node, |node, key| match &node.value {
                Value::Mapping(entries) => find(entries, key).map(|entry| &entry.node),
                _ => None,
            });
            if let Some(Node { value: Value::Mapping(entries), .. }) = node {
                let new: Vec<&Entry> =
                    entries.iter().filter(|entry| found.iter().all(|found| found.key != entry.key)).collect();
                found.extend(new);
            }
        }
        found.retain(|entry| self.is_name(entry, &what));
        found
    }

    fn is_name(&mut self, entry: &Entry, what: &str) -> bool {
        let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
        let good = !entry.key.is_empty() && entry.key.len() <= MAX_NAME_BYTES && entry.key.chars().all(is_part);
        if !good {
            let message = format!(
                "`{}` cannot be a name in {what}: names have letters, digits, `-`, `_` and `.`, and at most \
                 {MAX_NAME_BYTES} bytes",
                shortened(&entry.key)
            );
            self.error(entry.key_span, message);
        }
        good
    }

    /// A value of an entry.
    fn field<'n>(&mut self, entry: &'n Entry, key: &str) -> Option<&'n Node> {
        find(self.mapping(&entry.node, &format!("`{}`", entry.key)), key).map(|entry| &entry.node)
    }

    fn text_field(&mut self, entry: &Entry, key: &str) -> Option<String> {
        self.field(entry, key).and_then(|node| self.text(node, &format!("`{key}`")))
    }

    fn check_type(&mut self) {
        let Some(node) = self.top("type") else { return };
        if let Value::Text(ty) = &node.value
            && ty != "charm"
        {
            self.error(node.span, format!("this describes a {}, not a charm", shortened(ty)));
        }
    }

    fn relations(&mut self) -> Vec<Relation> {
        let mut relations: Vec<Relation> = Vec::new();
        let mut places: Vec<Span> = Vec::new();
        for role in [Role::Requires, Role::Provides, Role::Peer] {
            for entry in self.named(&[role.key()]) {
                if let Some(other) = relations.iter().position(|relation| relation.name == entry.key) {
                    let message = format!("there are two endpoints of the name `{}`", entry.key);
                    let diagnostic = Diagnostic::error(Code::BadCharm, entry.key_span, message);
                    self.diagnostics.push(diagnostic.also(places[other], "the other one"));
                    continue;
                }
                places.push(entry.key_span);
                relations.push(self.relation(entry, role));
            }
        }
        relations
    }

    fn relation(&mut self, entry: &Entry, role: Role) -> Relation {
        let mut relation = Relation {
            name: entry.key.clone(),
            role,
            interface: None,
            limit: None,
            optional: None,
            container_scope: false,
        };
        // `db: mysql` is short for `db: {interface: mysql}`.
        if let Value::Text(interface) = &entry.node.value {
            relation.interface = Some(interface.clone());
            return relation;
        }
        relation.interface = self.text_field(entry, "interface");
        if let Some(node) = self.field(entry, "limit") {
            match &node.value {
                // 0 stands for no limit.
                Value::Integer(limit) if *limit >= 0 => {
                    relation.limit = u32::try_from(*limit).ok().filter(|limit| *limit > 0);
                }
                _ => self.diagnostics.push(wrong_count(node, "`limit`")),
            }
        }
        relation.optional = self.field(entry, "optional").map(|node| self.truth(node, "`optional`"));
        if let Some(node) = self.field(entry, "scope") {
            match &node.value {
                Value::Text(scope) if scope == "global" => {}
                Value::Text(scope) if scope == "container" => relation.container_scope = true,
                _ => self.diagnostics.push(wrong(node, "`scope`", "`global` or `container`")),
            }
        }
        relation
    }

    fn storage(&mut self) -> Vec<Storage> {
        let mut storage = Vec::new();
        for entry in self.named(&["storage"]) {
            let multiple = self.field(entry, "multiple");
            let range = multiple.and_then(|node| find(self.mapping(node, "`multiple`"), "range"));
            let (minimum, maximum) = range.map_or((1, Some(1)), |range| self.range(&range.node));
            storage.push(Storage {
                name: entry.key.clone(),
                ty: self.text_field(entry, "type"),
                minimum,
                maximum,
                location: self.text_field(entry, "location"),
            });
        }
        storage
    }

    /// `2`, `1-3`, `1-` or `1+`.
    fn range(&mut self, node: &Node) -> (u32, Option<u32>) {
        let text = match &node.value {
            Value::Integer(count) => count.to_string(),
            Value::Text(text) => text.trim().to_owned(),
            _ => String::new(),
        };
        let number = |text: &str| text.trim().parse::<u32>().ok();
        let range = match (text.strip_suffix(['-', '+']), text.split_once('-')) {
            (Some(minimum), _) => number(minimum).map(|minimum| (minimum, None)),
            (None, Some((minimum, maximum))) => number(minimum).zip(number(maximum).map(Some)),
            (None, None) => number(&text).map(|count| (count, Some(count))),
        };
        match range {
            Some((minimum, maximum)) if maximum.is_none_or(|maximum| maximum >= minimum && maximum > 0) => {
                (minimum, maximum)
            }
            _ => {
                let wanted = "a number, as in `2`, or two, as in `1-3`, or begin at one, as in `1-`";
                self.diagnostics.push(wrong(node, "`range`", wanted));
                (1, Some(1))
            }
        }
    }

    fn containers(&mut self) -> Vec<Container> {
        let mut containers = Vec::new();
        for entry in self.named(&["containers"]) {
            let mounts = self.field(entry, "mounts");
            let mounts = mounts.map_or(&[][..], |node| self.list(node, "`mounts`"));
            let mut found = Vec::new();
            for mount in mounts {
                let entries = self.mapping(mount, "a mount");
                let storage = find(entries, "storage").and_then(|entry| self.text(&entry.node, "`storage`"));
                let location = find(entries, "location").and_then(|entry| self.text(&entry.node, "`location`"));
                found.extend(storage.map(|storage| (storage, location)));
            }
            let resource = self.text_field(entry, "resource");
            containers.push(Container { name: entry.key.clone(), resource, mounts: found });
        }
        containers
    }

    fn resources(&mut self) -> Vec<Resource> {
        let entries = self.named(&["resources"]);
        entries
            .into_iter()
            .map(|entry| Resource {
                name: entry.key.clone(),
                ty: self.text_field(entry, "type"),
                filename: self.text_field(entry, "filename"),
            })
            .collect()
    }

    fn options(&mut self) -> Vec<ConfigOption> {
        let mut options = Vec::new();
        for entry in self.named(&["config", "options"]) {
            let ty = match self.field(entry, "type").map(|node| (node, &node.value)) {
                None => OptionType::String,
                Some((node, Value::Text(ty))) => match ty.as_str() {
                    "string" => OptionType::String,
                    "int" => OptionType::Int,
                    "float" => OptionType::Float,
                    "boolean" => OptionType::Boolean,
                    "secret" => OptionType::Secret,
                    _ => {
                        let wanted = "`string`, `int`, `float`, `boolean` or `secret`";
                        self.diagnostics.push(wrong(node, "the type of an option", wanted));
                        OptionType::String
                    }
                },
                Some((node, _)) => {
                    self.diagnostics.push(wrong(node, "`type`", "a text"));
                    OptionType::String
                }
            };
            let default = self.field(entry, "default").map(|node| match node.truth() {
                Some(truth) if ty == OptionType::Boolean => Json::from(truth),
                _ => node.json(),
            });
            options.push(ConfigOption { name: entry.key.clone(), ty, default });
        }
        options
    }

    fn actions(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        for entry in self.named(&["actions"]) {
            let parameters = self.field(entry, "params");
            let parameters = parameters.map_or(&[][..], |node| self.mapping(node, "`params`"));
            let parameter = |entry: &Entry| Parameter { name: entry.key.clone(), schema: entry.node.json() };
            let required = self.field(entry, "required");
            let required = required.map_or(&[][..], |node| self.list(node, "`required`"));
            let additional = self.field(entry, "additionalProperties").map(|node| &node.value);
            actions.push(Action {
                name: entry.key.clone(),
                parameters: parameters.iter().map(parameter).collect(),
                required: required.iter().filter_map(|node| self.text(node, "a required parameter")).collect(),
                additional_parameters: !matches!(additional, Some(Value::Bool(false))),
            });
        }
        actions
    }

    /// On Kubernetes are charms that have containers, or say that they need its API; and old ones of that series.
    fn platform(&mut self, containers: &[Container]) -> Platform {
        let says = |entries: &[Entry]| find(entries, "assumes").is_some_and(|entry| assumes_kubernetes(&entry.node));
        let assumes = self.top("assumes").is_some_and(assumes_kubernetes)
            || self.documents.extensions.iter().any(|(_, entries)| says(entries));
        let is_kubernetes = |node: &Node| matches!(&node.value, Value::Text(name) if name == "kubernetes");
        let series = self.top("series").is_some_and(|node| match &node.value {
            Value::List(list) => list.iter().any(is_kubernetes),
            _ => is_kubernetes(node),
        });
        let is_kubernetes = !containers.is_empty() || assumes || series || self.top("deployment").is_some();
        if is_kubernetes { Platform::Kubernetes } else { Platform::Machine }
    }
}

/// Whether a list of features, all of which are needed, has the API of Kubernetes.
fn assumes_kubernetes(node: &Node) -> bool {
    match &node.value {
        Value::Text(feature) => feature.trim() == "k8s-api",
        Value::List(list) => list.iter().any(assumes_kubernetes),
        Value::Mapping(entries) => {
            find(entries, "all-of").is_some_and(|entry| assumes_kubernetes(&entry.node))
                || find(entries, "any-of").is_some_and(|entry| match &entry.node.value {
                    Value::List(list) => !list.is_empty() && list.iter().all(assumes_kubernetes),
                    _ => false,
                })
        }
        _ => false,
    }
}

fn wrong_count(node: &Node, what: &str) -> Diagnostic {
    wrong(node, what, "a number that is not negative")
}
