// A server that says what a test tells it to: one answer for each request, by bytes.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace pdns::store_clickhouse {

// Takes requests in its own thread, one at a time, over any number of connections, until it is
// destroyed. Behind the
// last answer of its script it closes every connection without a word.
class HttpScript {
 public:
  struct Step {
    std::string answer;   // bytes, as they go out
    bool close = false;   // behind the answer
    bool reset = false;   // with RST in place of FIN
    bool silent = false;  // takes the request and says nothing, until it is destroyed
  };

  explicit HttpScript(std::vector<Step> steps) : steps_(std::move(steps)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
    if (listen(listener_, 8) != 0) std::abort();
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Run(); });
  }
  ~HttpScript() {
    ended_ = true;
    thread_.join();
    close(listener_);
  }
  HttpScript(const HttpScript&) = delete;
  HttpScript& operator=(const HttpScript&) = delete;

  std::string address() const { return "clickhouse://u@127.0.0.1:" + std::to_string(port_) + "/d"; }

  // Heads and bodies, in the order they came.
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  unsigned connections() const { return connections_; }

  static std::string Ok(const std::string& body, const std::string& headers = kOurs) {
    return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  static constexpr const char* kOurs = "X-ClickHouse-Server-Display-Name: t\r\n";

 private:
  bool Wait(int fd) const {
    while (!ended_) {
      pollfd one{fd, POLLIN, 0};
      if (poll(&one, 1, 20) > 0) return true;
    }
    return false;
  }

  void Run() {
    std::vector<pollfd> open{{listener_, POLLIN, 0}};
    while (!ended_) {
      if (poll(open.data(), open.size(), 20) <= 0) continue;
      for (std::size_t i = open.size() - 1; i > 0; --i) {
        if (open[i].revents == 0 || Serve(open[i].fd)) continue;
        close(open[i].fd);
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
      }
      if (open[0].revents == 0) continue;
      open.push_back({accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), POLLIN, 0});
      ++connections_;
    }
    for (std::size_t i = 1; i < open.size(); ++i) close(open[i].fd);
  }

  // One request; false: the connection ends.
  bool Serve(int peer) {
    std::string request;
    std::size_t wanted = std::string::npos;
    while (request.size() < wanted) {
      char bytes[65536];
      if (!Wait(peer)) return false;
      const ssize_t count = recv(peer, bytes, sizeof bytes, 0);
      if (count <= 0) return false;
      request.append(bytes, static_cast<std::size_t>(count));
      const std::size_t head = request.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const std::size_t length = request.find("Content-Length: ");
      wanted = head + 4 + (length < head ? std::stoul(request.substr(length + 16)) : 0);
    }
    std::size_t number = 0;
    {
      const std::lock_guard lock(mutex_);
      number = requests_.size();
      requests_.push_back(request);
    }
    if (number >= steps_.size()) return false;
    const Step& step = steps_[number];
    if (step.silent) {
      while (!ended_) usleep(1000);
      return false;
    }
    static_cast<void>(send(peer, step.answer.data(), step.answer.size(), MSG_NOSIGNAL));
    if (step.reset) {
      const linger now{1, 0};
      setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    return !step.close && !step.reset;
  }

  const std::vector<Step> steps_;
  int listener_ = -1;
  unsigned port_ = 0;
  std::atomic<bool> ended_{false};
  std::atomic<unsigned> connections_{0};
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace pdns::store_clickhouse
