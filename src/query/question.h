// One thing asked: text as people type it -> [Ask...] -> a range of one index, and which of its
// keys and rows are meant.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "query/name_pattern.h"
#include "store/store.h"

namespace pdns::query {

// How names are written: www.blah.org and the wildcards of NamePattern, or one of its patterns.
enum class Syntax : std::uint8_t { kPlain, kGlob, kRegex };

// Told one row at a time; not from several threads at once.
struct Question {
  store::Index index = store::Index::kForward;
  store::KeyRange range;
  // Which names of the range: owners in the forward index, targets in the reverse. None: all.
  std::shared_ptr<const NamePattern> names;
  // Which rows, where the keys do not tell. None: all.
  std::function<bool(const record::Tuple&)> rows;
  // What it goes all through, in words for a person, so that it takes its time; nothing where it
  // looks at a part only.
  std::string_view whole{};
  std::string notice;  // for the person: how this was understood, where it is not what was typed
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

}  // namespace pdns::query
