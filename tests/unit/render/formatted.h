// Rows through a format, as one text.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "render/format.h"
#include "unit/render/rows.h"

namespace pdns::render {

class Formatted {
 public:
  explicit Formatted(std::string_view kind, const Look& look = {})
      : format_(FindFormat(kind)->make(look, [this](std::string_view text) { text_ += text; })) {}

  Formatted& Add(const record::OwnedTuple& tuple, const record::History& history,
                 const query::Asked* asked = nullptr, const std::vector<std::string>& path = {}) {
    format_->Add({tuple.view(), history, asked, path});
    return *this;
  }
  Formatted& Add(std::string_view owner, record::RrType type, std::string_view rdata,
                 const record::History& history = Seen(0, 0, 1)) {
    return Add(MakeTuple(owner, type, rdata), history);
  }
  Formatted& AddNew(const record::OwnedTuple& tuple, const record::History& history,
                    const query::NewMark& fresh) {
    format_->Add({tuple.view(), history, nullptr, {}, {}, fresh});
    return *this;
  }
  Formatted& Tick() {
    format_->Tick();
    return *this;
  }
  Writer& writer() { return *format_; }
  std::string Finish() {
    format_->Finish();
    return text_;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::unique_ptr<Writer> format_;
};

inline std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

// Fields of one CSV line without its CRLF, by a reader of RFC 4180; {"?"} when it is none.
inline std::vector<std::string> CsvFields(std::string_view line) {
  std::vector<std::string> fields{""};
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back().push_back(line[++i]);
    } else if (c == '"' && quoted) {
      quoted = false;
      if (i + 1 < line.size() && line[i + 1] != ',') return {"?"};
    } else if (c == '"') {
      if (i > 0 && line[i - 1] != ',') return {"?"};
      quoted = true;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  return quoted ? std::vector<std::string>{"?"} : fields;
}

}  // namespace pdns::render
