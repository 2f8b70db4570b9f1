//! What the extensions of Charmcraft add to a charm.
//!
//! The facts are those of `charmcraft expand-extensions` (Charmcraft 4): a container for the application, a peer relation for
//! its secret key, observability, an ingress, and options and actions for each framework.

/// What all of them add.
const SHARED: &str = "
assumes: [k8s-api]
peers:
  secret-storage: {interface: secret-storage}
requires:
  logging: {interface: loki_push_api}
  ingress: {interface: ingress, limit: 1}
provides:
  metrics-endpoint: {interface: prometheus_scrape}
  grafana-dashboard: {interface: grafana_dashboard}
";

const ROTATE: &str = "
actions:
  rotate-secret-key:
";

const APP: &str = "
containers:
  app: {resource: app-image}
resources:
  app-image: {type: oci-image}
";

const GUNICORN: &str = "
config:
  options:
    webserver-keepalive: {type: int}
    webserver-threads: {type: int}
    webserver-timeout: {type: int}
    webserver-workers: {type: int}
    webserver-worker-class: {type: string}
";

const FLASK: &str = "
    flask-application-root: {type: string}
    flask-debug: {type: boolean}
    flask-env: {type: string}
    flask-permanent-session-lifetime: {type: int}
    flask-preferred-url-scheme: {type: string, default: HTTPS}
    flask-secret-key: {type: string}
    flask-secret-key-id: {type: secret}
    flask-session-cookie-secure: {type: boolean}
containers:
  flask-app: {resource: flask-app-image}
resources:
  flask-app-image: {type: oci-image}
";

const DJANGO: &str = "
    django-debug: {type: boolean, default: false}
    django-secret-key: {type: string}
    django-secret-key-id: {type: secret}
    django-allowed-hosts: {type: string}
containers:
  django-app: {resource: django-app-image}
resources:
  django-app-image: {type: oci-image}
";

const DJANGO_ACTIONS: &str = "
  create-superuser:
    params:
      username: {type: string}
      email: {type: string}
    required: [username, email]
";

const PORT: &str = "
config:
  options:
    app-port: {type: int, default: 8080}
";

const FASTAPI: &str = "
config:
  options:
    webserver-workers: {type: int, default: 1}
    webserver-port: {type: int, default: 8080}
    webserver-log-level: {type: string, default: info}
";

const PROFILES: &str = "
    app-profiles: {type: string}
";

const METRICS: &str = "
    metrics-port: {type: int, default: 8080}
    metrics-path: {type: string, default: /metrics}
";

const SPRING_METRICS: &str = "
    metrics-port: {type: int, default: 8080}
    metrics-path: {type: string, default: /actuator/prometheus}
";

const SECRETS: &str = "
    app-secret-key: {type: string}
    app-secret-key-id: {type: secret}
";

/// What an extension adds, in the form of `charmcraft.yaml`.
pub(super) fn extension(name: &str) -> Option<String> {
    let parts: &[&str] = match name {
        "flask-framework" => &[GUNICORN, FLASK, SHARED, ROTATE],
        "django-framework" => &[GUNICORN, DJANGO, SHARED, ROTATE, DJANGO_ACTIONS],
        "fastapi-framework" => &[FASTAPI, METRICS, SECRETS, APP, SHARED, ROTATE],
        "go-framework" | "expressjs-framework" => &[PORT, METRICS, SECRETS, APP, SHARED, ROTATE],
        "spring-boot-framework" => &[PORT, PROFILES, SPRING_METRICS, SECRETS, APP, SHARED, ROTATE],
        _ => return None,
    };
    Some(parts.concat())
}

/// The names of the extensions that are known.
pub(super) const EXTENSIONS: &[&str] = &[
    "django-framework",
    "expressjs-framework",
    "fastapi-framework",
    "flask-framework",
    "go-framework",
    "spring-boot-framework",
];

/// The options that each relation for a login brings.
pub(super) fn login_options(extension: &str, endpoint: &str) -> Vec<(String, String)> {
    let is_spring = extension == "spring-boot-framework";
    let path = if is_spring { format!("/login/oauth2/code/{endpoint}") } else { "/callback".to_owned() };
    let mut options = vec![
        (format!("{endpoint}-redirect-path"), path),
        (format!("{endpoint}-scopes"), "openid profile email".to_owned()),
    ];
    if is_spring {
        options.push((format!("{endpoint}-user-name-attribute"), "sub".to_owned()));
    }
    options
}
