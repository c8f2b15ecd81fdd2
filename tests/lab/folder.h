#pragma once
// A folder for the files of one test; it goes with them.

#include <cstdlib>
#include <filesystem>
#include <string>

#include "failure.h"

namespace tcpstat::lab {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tcpstat-lab-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) fail("making a folder");
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace tcpstat::lab
