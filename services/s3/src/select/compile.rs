//! What a parsed query means: the grammar's tree as a [`Query`].

use std::sync::Arc;

use sqlparser::ast::{
    self, AccessExpr, BinaryOperator, DataType, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr,
    Ident, InTarget, LimitClause, ObjectNamePart, SelectItem, SetExpr, Subscript, TableFactor,
    TrimWhereField, UnaryOperator,
};

use super::fault;
use super::functions::{Function, read_time};
use super::parse::{unexpected, unsupported};
use super::query::{Aggregate, AggregateKind, Column, Columns, Expr, Kind, Operator, Query, Step};
use super::value::Value;
use crate::error::Fault;

/// The query of a tree, over the records that a path leads to.
///
/// # Errors
/// `ParseUnsupportedSyntax`, `UnsupportedSqlStructure`, `UnsupportedFunction` and the like.
pub(super) fn compile(query: ast::Query, from: Vec<Step>) -> Result<Query, Fault> {
    let ast::Query { with: None, body, order_by: None, limit_clause, fetch: None, .. } = query else {
        return Err(unsupported());
    };
    let SetExpr::Select(select) = *body else { return Err(unsupported()) };
    let is_grouped = match &select.group_by {
        GroupByExpr::Expressions(list, _) => !list.is_empty(),
        GroupByExpr::All(_) => true,
    };
    if is_grouped || select.distinct.is_some() || select.having.is_some() || select.top.is_some() {
        return Err(unsupported());
    }
    let [table] = select.from.as_slice() else { return Err(unsupported()) };
    let TableFactor::Table { alias, .. } = &table.relation else { return Err(unsupported()) };
    if !table.joins.is_empty() {
        return Err(unsupported());
    }
    let alias = alias.as_ref().map(|it| it.name.value.clone());
    let mut compiler = Compiler { alias, aggregates: Vec::new(), is_in_aggregate: false };
    let columns = compiler.columns(&select.projection)?;
    let columns_have_aggregates = !compiler.aggregates.is_empty();
    let filter = select.selection.as_ref().map(|it| compiler.expr(it)).transpose()?;
    let limit = match limit_clause {
        None => None,
        Some(LimitClause::LimitOffset { limit: Some(limit), offset: None, .. }) => {
            match compiler.expr(&limit)? {
                Expr::Literal(Value::Int(limit)) => u64::try_from(limit).ok(),
                _ => {
                    return Err(fault(
                        "ParseExpectedNumber",
                        "The SQL expression has a LIMIT that is no number.",
                    ));
                }
            }
        }
        Some(_) => return Err(unsupported()),
    };
    let aggregates = compiler.aggregates;
    // One row of aggregates has no columns of records beside them.
    if columns_have_aggregates
        && matches!(&columns, Columns::Some(list) if list.iter().any(|it| has_path(&it.expr)))
    {
        return Err(fault(
            "UnsupportedSqlStructure",
            "Encountered an unsupported SQL structure. Check the SQL Reference.",
        ));
    }
    Ok(Query { columns, from, filter, limit, aggregates })
}

/// Whether an expression looks at a record outside of aggregates.
fn has_path(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) => true,
        Expr::Not(it) | Expr::Negative(it) | Expr::Cast(it, _) | Expr::IsNull(it) | Expr::IsMissing(it) => {
            has_path(it)
        }
        Expr::Binary(_, a, b) => has_path(a) || has_path(b),
        Expr::Call(_, arguments) => arguments.iter().any(has_path),
        _ => false,
    }
}

struct Compiler {
    alias: Option<String>,
    aggregates: Vec<Aggregate>,
    is_in_aggregate: bool,
}

impl Compiler {
    fn columns(&mut self, items: &[SelectItem]) -> Result<Columns, Fault> {
        if let [SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)] = items {
            return Ok(Columns::All);
        }
        let mut columns = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let (expr, alias) = match item {
                SelectItem::UnnamedExpr(expr) => (self.expr(expr)?, None),
                SelectItem::ExprWithAlias { expr, alias } => (self.expr(expr)?, Some(alias.value.as_str())),
                _ => {
                    return Err(fault(
                        "ParseAsteriskIsNotAloneInSelectList",
                        "Other expressions are not allowed in the SELECT list when * is used without dot notation in the SQL expression.",
                    ));
                }
            };
            let of_path = match &expr {
                Expr::Path(steps) => steps.iter().rev().find_map(|step| match step {
                    Step::Member { name, .. } => Some(name.as_str()),
                    _ => None,
                }),
                _ => None,
            };
            let name: Arc<str> = match alias.or(of_path) {
                Some(name) => name.into(),
                None => format!("_{}", index + 1).into(),
            };
            columns.push(Column { name, expr });
        }
        Ok(Columns::Some(columns))
    }

    fn boxed(&mut self, expr: &ast::Expr) -> Result<Box<Expr>, Fault> {
        self.expr(expr).map(Box::new)
    }

    fn expr(&mut self, expr: &ast::Expr) -> Result<Expr, Fault> {
        use ast::Expr as Sql;
        let negated_if =
            |is_negated: bool, expr: Expr| if is_negated { Expr::Not(Box::new(expr)) } else { expr };
        Ok(match expr {
            Sql::Nested(inner) => self.expr(inner)?,
            Sql::Value(value) => Expr::Literal(literal(&value.value)?),
            Sql::TypedString(typed) => {
                let text = typed.value.clone().into_string().ok_or_else(unsupported)?;
                let time = read_time(&text);
                Expr::Literal(Value::Time(time.ok_or_else(|| unexpected("The timestamp is not valid."))?))
            }
            Sql::Identifier(ident) if ident.quote_style == Some('`') => {
                let time = read_time(&ident.value).map(Value::Time);
                Expr::Literal(time.unwrap_or_else(|| Value::Text(ident.value.clone())))
            }
            Sql::Identifier(ident) => self.path(std::slice::from_ref(ident)),
            Sql::CompoundIdentifier(idents) => self.path(idents),
            Sql::CompoundFieldAccess { root, access_chain } => {
                let Expr::Path(mut steps) = self.expr(root)? else { return Err(unsupported()) };
                for access in access_chain {
                    steps.push(step(access)?);
                }
                Expr::Path(steps)
            }
            Sql::UnaryOp { op: UnaryOperator::Not, expr } => Expr::Not(self.boxed(expr)?),
            Sql::UnaryOp { op: UnaryOperator::Minus, expr } => Expr::Negative(self.boxed(expr)?),
            Sql::UnaryOp { op: UnaryOperator::Plus, expr } => self.expr(expr)?,
            Sql::BinaryOp { left, op, right } => {
                let operator = operator(op).ok_or_else(unsupported)?;
                Expr::Binary(operator, self.boxed(left)?, self.boxed(right)?)
            }
            Sql::Like { negated, any: false, expr, pattern, escape_char } => {
                let escape = escape_char.as_ref().map(|it| self.boxed(it)).transpose()?;
                let like = Expr::Like { expr: self.boxed(expr)?, pattern: self.boxed(pattern)?, escape };
                negated_if(*negated, like)
            }
            Sql::Between { expr, negated, low, high } => {
                let (low, high) = (self.boxed(low)?, self.boxed(high)?);
                negated_if(*negated, Expr::Between { expr: self.boxed(expr)?, low, high })
            }
            Sql::In { expr, target: InTarget::List(list), negated, .. } => {
                let list = list.iter().map(|it| self.expr(it)).collect::<Result<_, _>>()?;
                negated_if(*negated, Expr::In { expr: self.boxed(expr)?, list })
            }
            Sql::IsNull(inner) => Expr::IsNull(self.boxed(inner)?),
            Sql::IsNotNull(inner) => negated_if(true, Expr::IsNull(self.boxed(inner)?)),
            Sql::IsUnknown(inner) => Expr::IsMissing(self.boxed(inner)?),
            Sql::IsNotUnknown(inner) => negated_if(true, Expr::IsMissing(self.boxed(inner)?)),
            Sql::Case { operand, conditions, else_result, .. } => {
                let mut cases = Vec::with_capacity(conditions.len());
                for case in conditions {
                    cases.push((self.expr(&case.condition)?, self.expr(&case.result)?));
                }
                Expr::Case {
                    operand: operand.as_ref().map(|it| self.boxed(it)).transpose()?,
                    cases,
                    otherwise: else_result.as_ref().map(|it| self.boxed(it)).transpose()?,
                }
            }
            Sql::Cast { expr, data_type, .. } => Expr::Cast(self.boxed(expr)?, kind(data_type)?),
            Sql::Substring { expr, substring_from, substring_for, .. } => {
                let from = substring_from.as_ref().ok_or_else(unsupported)?;
                let mut arguments = vec![self.expr(expr)?, self.expr(from)?];
                if let Some(length) = substring_for {
                    arguments.push(self.expr(length)?);
                }
                Expr::Call(Function::Substring, arguments)
            }
            Sql::Trim { trim_where, trim_what, expr, .. } => {
                let function = match trim_where {
                    Some(TrimWhereField::Leading) => Function::TrimLeading,
                    Some(TrimWhereField::Trailing) => Function::TrimTrailing,
                    _ => Function::Trim,
                };
                let mut arguments = vec![self.expr(expr)?];
                if let Some(what) = trim_what {
                    arguments.push(self.expr(what)?);
                }
                Expr::Call(function, arguments)
            }
            Sql::Extract { field, expr, .. } => {
                let field = Expr::Literal(Value::Text(field.to_string().to_ascii_lowercase()));
                Expr::Call(Function::Extract, vec![field, self.expr(expr)?])
            }
            Sql::Function(function) => self.call(function)?,
            _ => return Err(unsupported()),
        })
    }

    /// A part of the record. The table's name, or what it is called in this query, may stand in front.
    fn path(&self, idents: &[Ident]) -> Expr {
        let is_table = |ident: &Ident| match &self.alias {
            Some(alias) => ident.value.eq_ignore_ascii_case(alias),
            None => ident.value.eq_ignore_ascii_case("s3object"),
        };
        let idents = match idents {
            [first, rest @ ..] if is_table(first) => rest,
            all => all,
        };
        let steps = idents
            .iter()
            .map(|it| Step::Member { name: it.value.clone(), is_exact: it.quote_style.is_some() });
        Expr::Path(steps.collect())
    }

    fn call(&mut self, function: &ast::Function) -> Result<Expr, Fault> {
        let name = match function.name.0.as_slice() {
            [ObjectNamePart::Identifier(ident)] => ident.value.to_ascii_lowercase(),
            _ => return Err(unsupported()),
        };
        let given = match &function.args {
            FunctionArguments::None => &[][..],
            FunctionArguments::List(list) if list.duplicate_treatment.is_none() => &list.args,
            _ => return Err(unsupported()),
        };
        if let Some(kind) = aggregate(&name) {
            return self.aggregate(kind, given);
        }
        let function = Function::of(&name)
            .ok_or_else(|| fault("UnsupportedFunction", "Encountered an unsupported SQL function."))?;
        let mut arguments = Vec::with_capacity(given.len());
        for (index, argument) in given.iter().enumerate() {
            let FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) = argument else {
                return Err(unsupported());
            };
            // A part of a date is a word.
            let is_part = index == 0 && matches!(function, Function::DateAdd | Function::DateDiff);
            arguments.push(match argument {
                ast::Expr::Identifier(ident) if is_part => {
                    Expr::Literal(Value::Text(ident.value.to_ascii_lowercase()))
                }
                other => self.expr(other)?,
            });
        }
        Ok(Expr::Call(function, arguments))
    }

    fn aggregate(&mut self, kind: AggregateKind, given: &[FunctionArg]) -> Result<Expr, Fault> {
        if self.is_in_aggregate {
            return Err(unsupported());
        }
        self.is_in_aggregate = true;
        let of = match given {
            [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)] if kind == AggregateKind::Count => None,
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))] => Some(self.expr(expr)?),
            _ => return Err(unsupported()),
        };
        self.is_in_aggregate = false;
        self.aggregates.push(Aggregate { kind, of });
        Ok(Expr::Aggregate(self.aggregates.len() - 1))
    }
}

fn aggregate(name: &str) -> Option<AggregateKind> {
    Some(match name {
        "count" => AggregateKind::Count,
        "sum" => AggregateKind::Sum,
        "avg" => AggregateKind::Average,
        "min" => AggregateKind::Least,
        "max" => AggregateKind::Greatest,
        _ => return None,
    })
}

fn step(access: &AccessExpr) -> Result<Step, Fault> {
    let member =
        |ident: &Ident| Step::Member { name: ident.value.clone(), is_exact: ident.quote_style.is_some() };
    match access {
        AccessExpr::Dot(ast::Expr::Identifier(ident)) => Ok(member(ident)),
        AccessExpr::Subscript(Subscript::Index { index: ast::Expr::Value(value) }) => {
            match literal(&value.value)? {
                Value::Int(index) => usize::try_from(index).map(Step::Index).map_err(|_| unsupported()),
                Value::Text(name) => Ok(Step::Member { name, is_exact: true }),
                _ => Err(unsupported()),
            }
        }
        _ => Err(unsupported()),
    }
}

fn literal(value: &ast::Value) -> Result<Value, Fault> {
    Ok(match value {
        ast::Value::Number(text, _) => {
            let int = text.parse().ok().map(Value::Int);
            int.or_else(|| text.parse().ok().map(Value::Float)).ok_or_else(unsupported)?
        }
        ast::Value::SingleQuotedString(text) => Value::Text(text.clone()),
        ast::Value::Boolean(it) => Value::Bool(*it),
        ast::Value::Null => Value::Null,
        _ => return Err(unsupported()),
    })
}

fn operator(operator: &BinaryOperator) -> Option<Operator> {
    Some(match operator {
        BinaryOperator::And => Operator::And,
        BinaryOperator::Or => Operator::Or,
        BinaryOperator::Eq => Operator::Equal,
        BinaryOperator::NotEq => Operator::NotEqual,
        BinaryOperator::Lt => Operator::Less,
        BinaryOperator::LtEq => Operator::LessOrEqual,
        BinaryOperator::Gt => Operator::Greater,
        BinaryOperator::GtEq => Operator::GreaterOrEqual,
        BinaryOperator::Plus => Operator::Plus,
        BinaryOperator::Minus => Operator::Minus,
        BinaryOperator::Multiply => Operator::Times,
        BinaryOperator::Divide => Operator::Divide,
        BinaryOperator::Modulo => Operator::Modulo,
        BinaryOperator::StringConcat => Operator::Concatenate,
        _ => return None,
    })
}

/// What is cast to, by the name of the type.
fn kind(data_type: &DataType) -> Result<Kind, Fault> {
    let name = data_type.to_string().to_ascii_uppercase();
    let name = name.split(['(', ' ']).next().unwrap_or_default();
    Ok(match name {
        "BOOL" | "BOOLEAN" => Kind::Bool,
        "INT" | "INTEGER" | "BIGINT" | "SMALLINT" => Kind::Int,
        "FLOAT" | "DOUBLE" | "REAL" | "DECIMAL" | "NUMERIC" => Kind::Float,
        "STRING" | "VARCHAR" | "CHAR" | "CHARACTER" | "TEXT" => Kind::Text,
        "TIMESTAMP" => Kind::Time,
        _ => {
            return Err(fault(
                "ParseUnknownType",
                "The type in the CAST of the SQL expression is not known.",
            ));
        }
    })
}
