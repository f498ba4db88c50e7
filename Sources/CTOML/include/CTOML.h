#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The type of a value. Dates and times are distinguished from other values, but not from each other.
typedef enum {
    CTOML_TABLE,
    CTOML_ARRAY,
    CTOML_STRING,
    CTOML_INTEGER,
    CTOML_FLOAT,
    CTOML_BOOLEAN,
    CTOML_DATE_TIME
} ctoml_kind;

/// One value of a document, with its key if it is in a table.
///
/// A document is the list of its values in pre-order: after a table or an array come its `children`, each
/// followed by its own children. Lines and columns count from 1 (columns in characters), and are 0 if the
/// parser does not know them. `key` and `text` are UTF-8, not terminated (they may contain NUL), and valid as
/// long as the document exists.
typedef struct {
    ctoml_kind kind;
    const char *key;
    size_t key_length;
    uint32_t key_line, key_column;
    uint32_t line, column;
    size_t children;
    const char *text;
    size_t text_length;
    int64_t integer; // of CTOML_INTEGER; 0 or 1 for CTOML_BOOLEAN
    double number;
} ctoml_node;

/// A parsed document, or the reason why parsing failed.
typedef struct ctoml_document ctoml_document;

/// Parses `length` bytes of TOML 1.0. The bytes may be freed after the call. Returns null only if memory runs
/// out. The stack depth is bounded for any input: a line with very many dots outside strings is refused,
/// because each dot of a key adds a level of nested tables.
ctoml_document *ctoml_parse(const char *bytes, size_t length);

/// The values in pre-order, starting with the document's own table; null and a count of 0 if the text is not
/// TOML.
const ctoml_node *ctoml_nodes(const ctoml_document *document, size_t *count);

/// The parser's reason why the text is not TOML; null if the text is TOML. The reason may quote the text.
const char *ctoml_error(const ctoml_document *document, uint32_t *line, uint32_t *column);

void ctoml_free(ctoml_document *document);

#ifdef __cplusplus
}
#endif
