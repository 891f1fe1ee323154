#include "http/reply.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

namespace pdns::http {

Mailbox::Mailbox() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Mailbox::Put(ConnectionId id, Answer answer) {
  {
    const std::lock_guard lock(mutex_);
    answers_.emplace_back(id, std::move(answer));
  }
  const std::uint64_t one = 1;
  // A full counter is readable as well: nothing to do about a failed write.
  [[maybe_unused]] const auto written = write(fd(), &one, sizeof one);
}

std::optional<Answer> Mailbox::Pop(ConnectionId id) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(answers_.begin(), answers_.end(),
                                  [id](const auto& one) { return one.first == id; });
  if (found == answers_.end()) return std::nullopt;
  Answer answer = std::move(found->second);
  answers_.erase(found);
  return answer;
}

std::vector<std::pair<ConnectionId, Answer>> Mailbox::PopAll() {
  // Before the answers are taken: one that comes in between makes it readable again.
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = read(fd(), &count, sizeof count);
  const std::lock_guard lock(mutex_);
  return std::exchange(answers_, {});
}

Reply::~Reply() {
  if (mailbox_ != nullptr) Send({.status = 500, .body = "no answer\n"});
}

void Reply::Send(Answer answer) { std::exchange(mailbox_, nullptr)->Put(id_, std::move(answer)); }

}  // namespace pdns::http
