//! The shape of a text: symbols, folds, selections, tokens, and the syntax of what is being written.

use std::path::PathBuf;

use gen_lsp_types::{
    ActiveParameter, DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Documentation, FoldingRange,
    FoldingRangeKind, FoldingRangeParams, ParameterInformation, ParameterInformationLabel, SelectionRange,
    SelectionRangeParams, SemanticToken, SemanticTokens, SemanticTokensLegend, SemanticTokensParams, SignatureHelp,
    SignatureHelpParams, SignatureInformation, SymbolInformation, SymbolKind,
};

use super::dispatch::RequestError;
use super::documents::ClientDocument;
use super::lines::DocumentLines;
use super::server::Server;
use crate::ide::{FoldKind, OutlineKind, OutlineSymbol, TokenKind};

/// Kinds of tokens; the number of a token is its place here.
const TOKENS: [(TokenKind, &str); 10] = [
    (TokenKind::Keyword, "keyword"),
    (TokenKind::Comment, "comment"),
    (TokenKind::String, "string"),
    (TokenKind::Variable, "variable"),
    (TokenKind::Parameter, "parameter"),
    (TokenKind::EnumMember, "enumMember"),
    (TokenKind::Modifier, "modifier"),
    (TokenKind::Class, "class"),
    (TokenKind::Operator, "operator"),
    (TokenKind::Number, "number"),
];

/// Modifiers of tokens, by their bits. The last is our own: permissions that let out of confinement.
const MODIFIERS: [&str; 3] = ["declaration", "defaultLibrary", "unconfined"];

/// Returns the meanings of token numbers.
pub(super) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: TOKENS.iter().map(|&(_, name)| name.to_owned()).collect(),
        token_modifiers: MODIFIERS.iter().map(|&name| name.to_owned()).collect(),
    }
}

impl Server {
    fn opened(&self, uri: &gen_lsp_types::Uri) -> Result<(PathBuf, &ClientDocument), RequestError> {
        let path = self.path(uri)?;
        let document = self.documents.get(&path).ok_or_else(|| RequestError::failed("the text is not open"))?;
        Ok((path, document))
    }

    pub(super) fn document_symbols(
        &mut self,
        params: DocumentSymbolParams,
    ) -> Result<Option<DocumentSymbolResponse>, RequestError> {
        let (path, document) = self.opened(&params.text_document.uri)?;
        let lines = DocumentLines::new(document.text.as_bytes(), self.client.encoding);
        let symbols = self.workspace.outline(&path);
        Ok(Some(if self.client.nested_symbols {
            DocumentSymbolResponse::DocumentSymbolList(symbols.into_iter().map(|it| nested(it, &lines)).collect())
        } else {
            let mut flat = Vec::new();
            flatten(&symbols, None, document, &lines, &mut flat);
            DocumentSymbolResponse::SymbolInformationList(flat)
        }))
    }

    pub(super) fn folds(&mut self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>, RequestError> {
        let (path, document) = self.opened(&params.text_document.uri)?;
        let lines = DocumentLines::new(document.text.as_bytes(), self.client.encoding);
        let folds = self.workspace.folds(&path).into_iter().map(|fold| {
            let range = lines.range(fold.range.start, fold.range.end);
            FoldingRange {
                start_line: range.start.line,
                start_character: Some(range.start.character),
                end_line: range.end.line,
                end_character: Some(range.end.character),
                kind: match fold.kind {
                    FoldKind::Block => None,
                    FoldKind::Comment => Some(FoldingRangeKind::Comment),
                    FoldKind::Imports => Some(FoldingRangeKind::Imports),
                },
                collapsed_text: None,
            }
        });
        Ok(Some(folds.collect()))
    }

    pub(super) fn selections(
        &mut self,
        params: SelectionRangeParams,
    ) -> Result<Option<Vec<SelectionRange>>, RequestError> {
        let (path, document) = self.opened(&params.text_document.uri)?;
        let lines = DocumentLines::new(document.text.as_bytes(), self.client.encoding);
        let each = params.positions.into_iter().map(|position| {
            let offset = lines.offset(position);
            let around = self.workspace.selections(&path, offset);
            let outermost_first = around.into_iter().rev().fold(None, |parent: Option<Box<SelectionRange>>, range| {
                Some(Box::new(SelectionRange { range: lines.range(range.start, range.end), parent }))
            });
            // Every position has an answer.
            let here = SelectionRange { range: lines.range(offset, offset), parent: None };
            outermost_first.map_or(here, |range| *range)
        });
        Ok(Some(each.collect()))
    }

    pub(super) fn tokens(&mut self, params: SemanticTokensParams) -> Result<Option<SemanticTokens>, RequestError> {
        let (path, document) = self.opened(&params.text_document.uri)?;
        let lines = DocumentLines::new(document.text.as_bytes(), self.client.encoding);
        let mut data = Vec::new();
        let (mut last_line, mut last_character) = (0, 0);
        for token in self.workspace.tokens(&path) {
            let range = lines.range(token.range.start, token.range.end);
            // Few clients know tokens over several lines: of those the first line is coloured.
            let end = if range.end.line == range.start.line {
                range.end.character
            } else {
                let line_end = lines.line(range.start.line).map_or(0, |(_, end)| end);
                lines.position(u32::try_from(line_end).unwrap_or(u32::MAX)).character
            };
            let Some(length) = end.checked_sub(range.start.character).filter(|&length| length > 0) else { continue };
            let kind = TOKENS.iter().position(|&(kind, _)| kind == token.kind).unwrap_or(0);
            let bits = [token.declaration, token.built_in, token.unconfined];
            let modifiers = bits.iter().enumerate().filter(|&(_, &set)| set).map(|(bit, _)| 1_u32 << bit).sum();
            let same_line = range.start.line == last_line;
            data.push(SemanticToken {
                delta_line: range.start.line - last_line,
                delta_start: range.start.character - if same_line { last_character } else { 0 },
                length,
                token_type: u32::try_from(kind).unwrap_or(0),
                token_modifiers_bitset: modifiers,
            });
            (last_line, last_character) = (range.start.line, range.start.character);
        }
        Ok(Some(SemanticTokens { result_id: None, data }))
    }

    pub(super) fn signature(&mut self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>, RequestError> {
        let (path, offset) = self.position(&params.text_document_position_params)?;
        Ok(self.workspace.signature(&path, offset).map(|signature| {
            let parameters = signature.parameters.into_iter().map(|(label, text)| ParameterInformation {
                label: ParameterInformationLabel::String(label),
                documentation: Some(Documentation::String(text)),
            });
            let active = signature.active.and_then(|active| u32::try_from(active).ok()).map(ActiveParameter::Int);
            let information = SignatureInformation {
                label: signature.label,
                documentation: None,
                parameters: Some(parameters.collect()),
                active_parameter: None,
            };
            SignatureHelp { signatures: vec![information], active_signature: Some(0), active_parameter: active }
        }))
    }
}

fn symbol_kind(kind: OutlineKind) -> SymbolKind {
    match kind {
        OutlineKind::Profile => SymbolKind::Class,
        OutlineKind::Hat => SymbolKind::Method,
        OutlineKind::Variable => SymbolKind::Variable,
        OutlineKind::Boolean => SymbolKind::Boolean,
        OutlineKind::Alias => SymbolKind::Operator,
    }
}

#[expect(deprecated, reason = "the type has a field that is")]
fn nested(symbol: OutlineSymbol, lines: &DocumentLines<'_>) -> DocumentSymbol {
    let children: Vec<DocumentSymbol> = symbol.children.into_iter().map(|child| nested(child, lines)).collect();
    DocumentSymbol {
        name: symbol.name,
        detail: (!symbol.detail.is_empty()).then_some(symbol.detail),
        kind: symbol_kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: lines.range(symbol.range.start, symbol.range.end),
        selection_range: lines.range(symbol.name_range.start, symbol.name_range.end),
        children: (!children.is_empty()).then_some(children),
    }
}

/// For clients that know no trees.
#[expect(deprecated, reason = "the type has a field that is")]
fn flatten(
    symbols: &[OutlineSymbol],
    parent: Option<&str>,
    document: &ClientDocument,
    lines: &DocumentLines<'_>,
    found: &mut Vec<SymbolInformation>,
) {
    for symbol in symbols {
        let range = lines.range(symbol.range.start, symbol.range.end);
        found.push(SymbolInformation {
            deprecated: None,
            location: gen_lsp_types::Location { uri: document.uri.clone(), range },
            base_symbol_information: gen_lsp_types::BaseSymbolInformation {
                name: symbol.name.clone(),
                kind: symbol_kind(symbol.kind),
                tags: None,
                container_name: parent.map(str::to_owned),
            },
        });
        flatten(&symbol.children, Some(&symbol.name), document, lines, found);
    }
}
