#include "admin/transfer/part.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "admin/owner_request.h"
#include "query/request.h"

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
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return ReadOwnerRequest("split", std::move(texts), now);
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
      piece.test = [request, i](const store::Row& row) { return IsRowOf(*request, i, row); };
      part.pieces.push_back(std::move(piece));
    }
  }
  return part;
}

}  // namespace pdns::admin
