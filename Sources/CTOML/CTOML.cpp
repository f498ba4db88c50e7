#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
#include <toml++/toml.h>

#include "CTOML.h"

#include <deque>
#include <new>
#include <string>
#include <utility>
#include <vector>

struct ctoml_document {
    toml::table root;
    std::deque<std::string> texts;
    std::vector<ctoml_node> nodes;
    std::string error;
    toml::source_position error_position{};
};

namespace {

// toml++ 3.3 bounds the nesting of values (above), but not the depth of a dotted key, and it frees tables by
// recursion: 4,000 levels pass the stack of a small thread. The two bounds together leave some hundred.
constexpr size_t maximum_dots_in_line = 16;

// Finds the first line with more dots outside strings and comments than allowed; 0 where there is none.
uint32_t first_line_too_deep(std::string_view text) {
    uint32_t line = 1;
    size_t dots = 0;
    for (size_t at = 0; at < text.size(); at++) {
        const char character = text[at];
        if (character == '\n') {
            line++;
            dots = 0;
        } else if (character == '.') {
            if (++dots > maximum_dots_in_line) return line;
        } else if (character == '#') {
            while (at + 1 < text.size() && text[at + 1] != '\n') at++;
        } else if (character == '"' || character == '\'') {
            const std::string triple(3, character);
            const bool multiline = text.substr(at, 3) == triple;
            at += multiline ? 3 : 1;
            while (at < text.size()) {
                if (text[at] == '\n') {
                    line++;
                    dots = 0;
                    if (!multiline) break;
                }
                if (text[at] == '\\' && character == '"') {
                    at++;
                    if (at < text.size() && text[at] == '\n') line++;
                } else if (multiline ? text.substr(at, 3) == triple : text[at] == character) {
                    if (multiline) at += 2;
                    break;
                }
                at++;
            }
        }
    }
    return 0;
}

ctoml_kind kind_of(const toml::node &value) {
    switch (value.type()) {
        case toml::node_type::table: return CTOML_TABLE;
        case toml::node_type::array: return CTOML_ARRAY;
        case toml::node_type::string: return CTOML_STRING;
        case toml::node_type::integer: return CTOML_INTEGER;
        case toml::node_type::floating_point: return CTOML_FLOAT;
        case toml::node_type::boolean: return CTOML_BOOLEAN;
        default: return CTOML_DATE_TIME;
    }
}

void append(ctoml_document &document, const toml::node &value, const toml::key *key) {
    ctoml_node node{};
    node.kind = kind_of(value);
    node.line = value.source().begin.line;
    node.column = value.source().begin.column;
    if (key) {
        const std::string &text = document.texts.emplace_back(key->str());
        node.key = text.data();
        node.key_length = text.size();
        node.key_line = key->source().begin.line;
        node.key_column = key->source().begin.column;
    }
    if (const auto *string = value.as_string()) {
        node.text = string->get().data();
        node.text_length = string->get().size();
    } else if (const auto *integer = value.as_integer()) {
        node.integer = integer->get();
    } else if (const auto *number = value.as_floating_point()) {
        node.number = number->get();
    } else if (const auto *boolean = value.as_boolean()) {
        node.integer = boolean->get() ? 1 : 0;
    } else if (const auto *table = value.as_table()) {
        node.children = table->size();
    } else if (const auto *array = value.as_array()) {
        node.children = array->size();
    }
    document.nodes.push_back(node);
    if (const auto *table = value.as_table()) {
        for (auto &&[name, child] : *table) append(document, child, &name);
    } else if (const auto *array = value.as_array()) {
        for (auto &&child : *array) append(document, child, nullptr);
    }
}

} // namespace

ctoml_document *ctoml_parse(const char *bytes, size_t length) {
    auto *document = new (std::nothrow) ctoml_document;
    if (!document) return nullptr;
    const std::string_view text(bytes, length);
    if (const uint32_t line = first_line_too_deep(text)) {
        document->error = "too many dots";
        document->error_position = {line, 1};
        return document;
    }
    toml::parse_result result = toml::parse(text);
    if (!result) {
        document->error = std::string(result.error().description());
        document->error_position = result.error().source().begin;
        return document;
    }
    document->root = std::move(result).table();
    append(*document, document->root, nullptr);
    return document;
}

const ctoml_node *ctoml_nodes(const ctoml_document *document, size_t *count) {
    *count = document->nodes.size();
    return document->nodes.empty() ? nullptr : document->nodes.data();
}

const char *ctoml_error(const ctoml_document *document, uint32_t *line, uint32_t *column) {
    *line = document->error_position.line;
    *column = document->error_position.column;
    return document->error.empty() ? nullptr : document->error.c_str();
}

void ctoml_free(ctoml_document *document) {
    delete document;
}
