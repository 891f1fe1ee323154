// One thing asked: text as people type it -> [Ask...] -> a side of the database, a span of it, and
// which of its names and rows are meant. lookup makes a store::Selection of it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ask/name_pattern.h"
#include "base/status.h"
#include "store/selection.h"

namespace pdns::ask {

// How names are written. kPlain: as people paste them (ParseIndicator). kName: as programs do, each
// name as answers print it, with *.blah.org and www.blah.* as the only wildcards; a star elsewhere
// is a character. Or one of NamePattern's patterns.
enum class Syntax : std::uint8_t { kPlain, kName, kGlob, kRegex };

// Copies share the pattern; so one thread at a time, copies included.
struct Question {
  store::Side side = store::Side::kOwner;
  store::Span span;
  // Which names of the span: owners or targets. None: all.
  std::shared_ptr<const NamePattern> names;
  // Which rows, where neither says it. None: all.
  std::function<bool(const record::Tuple&)> rows;
  // What a scan of it all looks at ("rows of text"); empty where the question looks at a part of
  // the database only.
  std::string_view full_scan{};
  // Bytes that two questions share just where they ask for the same.
  std::string identity;
  std::string notice;   // for the person: how this was understood, where it is not what was typed
  bool turned = false;  // asked as a name, understood as what records hold

  // Is it about this tuple? What a scan of the selection would find, said of one row.
  bool Holds(const record::Tuple& tuple) const;
};

// Names: all that ParseIndicator takes; an address or a block asks for the rdata that holds it, and
// `notice` says so. kUsage, naming the text.
Result<Question> AskName(std::string_view text, Syntax syntax = Syntax::kPlain);

// Addresses, blocks and ranges, in A and AAAA records and address hints; names that records point
// at. kUsage.
Result<Question> AskRdata(std::string_view text, Syntax syntax = Syntax::kPlain);

// The reverse-lookup name of an address or a block. kUsage.
Result<Question> AskPtr(std::string_view text);

// Records of text (TXT, SPF, CAA, HINFO, ...; whatever has neither an address nor a target) that
// hold `text` somewhere; strings of one record are taken together, ASCII case does not count.
// kUsage when it is empty.
Result<Question> AskText(std::string_view text);

// Records whose rdata is exactly these bytes, in hex, whatever their type. kUsage.
Result<Question> AskRaw(std::string_view hex);

// "A,AAAA,TYPE65280,99": kUsage.
Result<std::vector<record::RrType>> ParseTypes(std::string_view text);

}  // namespace pdns::ask
