#include "http/reply.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "http/stream.h"

namespace pdns::http {

Mailbox::Mailbox() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Mailbox::Put(RequestId id, Answer answer) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      answers_.emplace_back(id, std::move(answer));
      return Signal();
    }
  }
  Drop(answer);
}

std::optional<Answer> Mailbox::Pop(RequestId id) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(answers_.begin(), answers_.end(),
                                  [id](const auto& one) { return one.first == id; });
  if (found == answers_.end()) return std::nullopt;
  Answer answer = std::move(found->second);
  answers_.erase(found);
  return answer;
}

std::vector<std::pair<RequestId, Answer>> Mailbox::PopAll() {
  // Before the answers are taken: one that comes in between makes it readable again.
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = read(fd(), &count, sizeof count);
  const std::lock_guard lock(mutex_);
  return std::exchange(answers_, {});
}

void Mailbox::Wake(RequestId id) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  woken_.push_back(id);
  Signal();
}

std::vector<RequestId> Mailbox::PopWoken() {
  const std::lock_guard lock(mutex_);
  return std::exchange(woken_, {});
}

void Mailbox::Close() {
  std::vector<std::pair<RequestId, Answer>> rest;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    rest.swap(answers_);
  }
  for (const auto& [id, answer] : rest) Drop(answer);  // calls back: not under the lock
}

void Mailbox::Signal() const {
  const std::uint64_t one = 1;
  // A full counter is readable as well: nothing to do about a failed write.
  [[maybe_unused]] const auto written = write(fd(), &one, sizeof one);
}

void Drop(const Answer& answer) {
  if (answer.stream != nullptr) answer.stream->pipe()->Close();
}

Reply::~Reply() {
  if (mailbox_ != nullptr) Send({.status = 500, .body = "no answer\n"});
}

void Reply::Send(Answer answer) {
  for (auto& header : headers_) answer.headers.push_back(std::move(header));
  std::exchange(mailbox_, nullptr)->Put(id_, std::move(answer));
}

}  // namespace pdns::http
