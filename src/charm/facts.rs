//! What the metadata of a charm say.

use std::path::PathBuf;

use serde_json::Value;

/// A charm, as its metadata describe it. The lists are in the order of the files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Charm {
    /// Where its files lie; it may be a sub-directory of the one that was asked for.
    pub directory: PathBuf,
    /// Its name, if the metadata say it.
    pub name: Option<String>,
    /// Where it runs.
    pub platform: Platform,
    /// Whether its units live beside those of other charms.
    pub subordinate: bool,
    /// The endpoints: those of `requires`, then of `provides`, then the peers.
    pub relations: Vec<Relation>,
    /// The storage.
    pub storage: Vec<Storage>,
    /// The containers of the workload.
    pub containers: Vec<Container>,
    /// The resources.
    pub resources: Vec<Resource>,
    /// The config options.
    pub options: Vec<ConfigOption>,
    /// The actions.
    pub actions: Vec<Action>,
}

/// Where a charm runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Platform {
    /// On machines.
    #[default]
    Machine,
    /// In the pods of a Kubernetes cluster.
    Kubernetes,
}

impl Platform {
    /// The built-in grammar of a unit's life there.
    pub fn grammar(self) -> &'static str {
        match self {
            Self::Machine => "juju-machine",
            Self::Kubernetes => "juju-k8s",
        }
    }
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its name.
    pub name: String,
    /// Which side of the relation it is.
    pub role: Role,
    /// What is spoken over it: who knows the interface knows what the databags hold.
    pub interface: Option<String>,
    /// How many relations it takes at most; `None`: any number.
    pub limit: Option<u32>,
    /// Whether the charm does without it, where the metadata say so.
    pub optional: Option<bool>,
    /// Whether it is between a subordinate and its principal (`scope: container`).
    pub container_scope: bool,
}

/// A side of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It asks for something.
    Requires,
    /// It offers something.
    Provides,
    /// It is between the units of the application.
    Peer,
}

impl Role {
    /// The key of the metadata under which such endpoints stand.
    pub fn key(self) -> &'static str {
        match self {
            Self::Requires => "requires",
            Self::Provides => "provides",
            Self::Peer => "peers",
        }
    }
}

/// Storage that a unit can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// Its name.
    pub name: String,
    /// `filesystem` or `block`.
    pub ty: Option<String>,
    /// How many instances a unit has at least.
    pub minimum: u32,
    /// How many it has at most; `None`: any number.
    pub maximum: Option<u32>,
    /// Where it is mounted.
    pub location: Option<String>,
}

/// A container of the workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// The resource that is its image.
    pub resource: Option<String>,
    /// The names of storage with the places where they are mounted.
    pub mounts: Vec<(String, Option<String>)>,
}

/// A resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its name.
    pub name: String,
    /// `oci-image` or `file`.
    pub ty: Option<String>,
    /// The name of the file.
    pub filename: Option<String>,
}

/// A config option.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigOption {
    /// Its name.
    pub name: String,
    /// Its type; a text if the metadata do not say.
    pub ty: OptionType,
    /// The value that it has when nobody sets it.
    pub default: Option<Value>,
}

/// The type of a config option.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OptionType {
    /// A text.
    #[default]
    String,
    /// An integer.
    Int,
    /// A number.
    Float,
    /// A truth value.
    Boolean,
    /// The id of a secret that a user has granted to the charm.
    Secret,
}

/// An action.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// The names of those that must be given.
    pub required: Vec<String>,
    /// Whether others may be given too.
    pub additional_parameters: bool,
}

/// A parameter of an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it takes, as JSON schema: `type`, `enum`, `minimum` and others.
    pub schema: Value,
}

impl Parameter {
    /// The value that it has when it is not given.
    pub fn default(&self) -> Option<&Value> {
        self.schema.get("default")
    }
}
