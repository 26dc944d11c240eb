//! What identifiers, users, passwords and databases may be called. The rules are those of "CreateDBInstance" in
//! the API reference; AWS's words are from memory where no recording is cited.

use asf_api_rds::RdsError;

use crate::error::value;
use crate::kinds::{Kind, Software};

/// Checks an identifier; it is kept in small letters.
///
/// # Errors
/// `InvalidParameterValue`
pub(crate) fn identifier(text: &str, parameter: &str, longest: usize) -> Result<String, RdsError> {
    let fits = text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
        && !text.ends_with('-')
        && !text.contains("--");
    if !fits {
        return Err(value(format!(
            "The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain \
             only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
        )));
    }
    if text.len() > longest {
        return Err(value(format!("The parameter {parameter} must be at most {longest} characters long.")));
    }
    Ok(text.to_ascii_lowercase())
}

/// Checks the password of the master user.
///
/// # Errors
/// `InvalidParameterValue`
pub(crate) fn password(text: &str, kind: Kind) -> Result<(), RdsError> {
    let longest = match kind.software() {
        Software::Postgres => 128,
        Software::MariaDb => 41,
    };
    let reason = if text.len() < 8 {
        "it is shorter than 8 characters.".to_owned()
    } else if text.len() > longest {
        format!("it is longer than {longest} characters.")
    } else if !text.bytes().all(|it| it.is_ascii_graphic() && !b"/@\"".contains(&it)) {
        return Err(value(
            "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides \
             '/', '@', '\"', ' ' may be used.",
        ));
    } else {
        return Ok(());
    };
    Err(value(format!("The parameter MasterUserPassword is not a valid password because {reason}")))
}

/// Checks the name of the master user.
///
/// # Errors
/// `InvalidParameterValue`
pub(crate) fn user(text: &str, kind: Kind) -> Result<(), RdsError> {
    let (longest, reserved): (usize, &[&str]) = match kind.software() {
        Software::Postgres => (63, &["admin", "rdsadmin", "rds_superuser"]),
        Software::MariaDb => (16, &["rdsadmin", "root", "mysql", "mariadb.sys"]),
    };
    if reserved.contains(&text.to_ascii_lowercase().as_str()) || text.to_ascii_lowercase().starts_with("pg_")
    {
        let message =
            format!("MasterUsername {text} cannot be used as it is a reserved word used by the engine");
        return Err(value(message));
    }
    let fits = text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.len() <= longest
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    if fits {
        Ok(())
    } else {
        Err(value(format!("The parameter MasterUsername is not a valid user name: {text}")))
    }
}

/// Checks the name of the first database.
///
/// # Errors
/// `InvalidParameterValue`
pub(crate) fn database(text: &str, kind: Kind) -> Result<(), RdsError> {
    let reserved: &[&str] = match kind.software() {
        Software::Postgres => &["template0", "template1", "rdsadmin"],
        Software::MariaDb => &["mysql", "sys", "information_schema", "performance_schema"],
    };
    let may_begin = |it: char| it.is_ascii_alphabetic() || (kind == Kind::Postgres && it == '_');
    let fits = text.starts_with(may_begin)
        && text.len() <= 63
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
        && !reserved.contains(&text.to_ascii_lowercase().as_str());
    if fits {
        return Ok(());
    }
    Err(value(format!("DBName must begin with a letter and contain only alphanumeric characters: {text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        for text in ["", "1a", "a-", "a--b", "a_b", "ä"] {
            assert!(identifier(text, "DBInstanceIdentifier", 63).is_err(), "{text}");
        }
        assert!(identifier(&"a".repeat(64), "DBInstanceIdentifier", 63).is_err());
        assert_eq!(identifier("My-DB", "DBInstanceIdentifier", 63).ok().as_deref(), Some("my-db"));
    }

    #[test]
    fn passwords_users_and_databases() {
        for text in ["short12", "with space", "with/slash", "with@sign1", "with\"quote", "ümlautümlaut"] {
            assert!(password(text, Kind::Postgres).is_err(), "{text}");
        }
        assert!(password(&"a".repeat(42), Kind::MySql).is_err());
        assert!(password("it's fine\\".replace(' ', "_").as_str(), Kind::MySql).is_ok());
        for (text, kind, fits) in [
            ("postgres", Kind::Postgres, true),
            ("rdsadmin", Kind::Postgres, false),
            ("pg_me", Kind::Postgres, false),
            ("root", Kind::MySql, false),
            ("admin", Kind::MySql, true),
            ("a b", Kind::MySql, false),
        ] {
            assert_eq!(user(text, kind).is_ok(), fits, "{text}");
        }
        for (text, fits) in [("shop", true), ("mysql", false), ("1a", false), ("a`b", false), ("", false)] {
            assert_eq!(database(text, Kind::MySql).is_ok(), fits, "{text}");
        }
    }
}
