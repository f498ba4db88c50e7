#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a value is; dates and times are told apart from the rest, not from each other.
typedef enum {
    CTOML_TABLE,
    CTOML_ARRAY,
    CTOML_STRING,
    CTOML_INTEGER,
    CTOML_FLOAT,
    CTOML_BOOLEAN,
    CTOML_DATE_TIME
} ctoml_kind;

/// One value of a document, with its key where it stands in a table.
///
/// A document is its values in pre-order: a table or an array is followed by its `children`, each with all of
/// its own. Lines and columns count from 1 (columns in characters); 0 where the parser knows none.
/// `key` and `text` are UTF-8, not terminated (they may contain NUL), and live as long as the document.
typedef struct {
    ctoml_kind kind;
    const char *key;
    size_t key_length;
    uint32_t key_line, key_column;
    uint32_t line, column;
    size_t children;
    const char *text;
    size_t text_length;
    int64_t integer; // of CTOML_INTEGER; 0 or 1 of CTOML_BOOLEAN
    double number;
} ctoml_node;

/// A parsed document, or the reason why there is none.
typedef struct ctoml_document ctoml_document;

/// Parses `length` bytes of TOML 1.0; the bytes need not live on. Never null, except where memory runs out.
/// Whatever the bytes are, the depth of the stack used is bounded: a line with very many dots outside strings
/// is refused, for each dot of a key is a level of nested tables.
ctoml_document *ctoml_parse(const char *bytes, size_t length);

/// The values in pre-order, the document's own table first; null and a count of 0 where the text is no TOML.
const ctoml_node *ctoml_nodes(const ctoml_document *document, size_t *count);

/// Why the text is no TOML, in the parser's words, which may quote the text; null where it is TOML.
const char *ctoml_error(const ctoml_document *document, uint32_t *line, uint32_t *column);

void ctoml_free(ctoml_document *document);

#ifdef __cplusplus
}
#endif
