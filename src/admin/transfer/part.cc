#include "admin/transfer/part.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "query/request.h"
#include "query/text/from_texts.h"

namespace pdns::admin {
namespace {

constexpr store::Trust kBoth[] = {store::Trust::kTrusted, store::Trust::kQuarantined};

Result<query::Request> ReadRequest(const query::NamedTexts& options) {
  if (!options.Has("last-before") && !options.Has("name"))
    return Status::Usage("split: give a time (last-before), names (name) or both");
  query::NamedTexts texts;
  for (const char* const name : {"last-before", "glob", "regex"})
    for (const std::string& text : options.Of(name)) texts.Add(name, text);
  for (const std::string& name : options.Of("name")) texts.Add("q", name);
  if (!options.Has("name")) {
    if (options.Has("glob") || options.Has("regex"))
      return Status::Usage("split: glob and regex say how names are read: give names");
    texts.Add("q", "*.");
  }
  query::TextReading how;
  how.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  how.mark = "--";
  auto read = query::RequestFromTexts(texts, how);
  if (!read.ok()) return read.status();
  if (Status checked = query::CheckRequest(read->request); !checked.ok()) return checked;
  for (const query::Asking& asking : read->request.questions) {
    if (asking.question.side != store::Side::kOwner)
      return Status::Usage("split: names are those of owners, and not " + asking.text);
  }
  return std::move(read->request);
}

// Of several names that find a row the first one has it.
bool Holds(const query::Request& request, std::size_t number, const store::Row& row) {
  const ask::Question& question = request.questions[number].question;
  if (question.rows && !question.rows(row.tuple)) return false;
  if (!request.filter.Passes(row.tuple, row.history)) return false;
  for (std::size_t i = 0; i < number; ++i)
    if (request.questions[i].question.Holds(row.tuple)) return false;
  return true;
}

}  // namespace

Part WholeDatabase() {
  Part part;
  part.whole = true;
  for (const store::Trust trust : kBoth) {
    Part::Piece piece;
    piece.selection.trust = trust;
    part.pieces.push_back(std::move(piece));
  }
  return part;
}

Result<Part> ReadPart(const query::NamedTexts& options) {
  auto read = ReadRequest(options);
  if (!read.ok()) return read.status();
  const auto request = std::make_shared<const query::Request>(std::move(*read));
  Part part;
  for (const store::Trust trust : kBoth) {
    for (std::size_t i = 0; i < request->questions.size(); ++i) {
      const ask::Question& question = request->questions[i].question;
      Part::Piece piece;
      piece.selection.trust = trust;
      piece.selection.span = question.span;
      piece.selection.names = question.names;
      piece.test = [request, i](const store::Row& row) { return Holds(*request, i, row); };
      part.pieces.push_back(std::move(piece));
    }
  }
  return part;
}

}  // namespace pdns::admin
