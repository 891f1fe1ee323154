#include "admin/owner_request.h"

#include "query/text/from_texts.h"

namespace pdns::admin {

Result<query::Request> ReadOwnerRequest(const std::string& command, query::NamedTexts texts,
                                        std::chrono::sys_seconds now) {
  if (!texts.Has("q")) {
    if (texts.Has("glob") || texts.Has("regex"))
      return Status::Usage(command + ": glob and regex say how names are read: give names");
    texts.Add("q", "*.");
  }
  query::TextReading how{.now = now};
  how.mark = "--";
  how.refuse_odd_times = true;  // of rows that are removed a slip is not told afterwards
  auto read = query::RequestFromTexts(texts, how);
  if (!read.ok()) return read.status();
  if (Status checked = query::CheckRequest(read->request); !checked.ok()) return checked;
  for (const query::Asking& asking : read->request.questions) {
    if (asking.question.side != store::Side::kOwner)
      return Status::Usage(command + ": names are those of owners, and not " + asking.text);
  }
  return std::move(read->request);
}

bool IsRowOf(const query::Request& request, std::size_t number, const store::Row& row) {
  const ask::Question& question = request.questions[number].question;
  if (question.rows && !question.rows(row.tuple)) return false;
  if (!request.filter.Passes(row.tuple, row.history)) return false;
  for (std::size_t i = 0; i < number; ++i)
    if (request.questions[i].question.Holds(row.tuple)) return false;
  return true;
}

}  // namespace pdns::admin
