// SPDX-License-Identifier: GPL-2.0-only
//
// A folder of pages, which is there as a whole or not at all.
#ifndef PTECHECK_CLI_HTML_FOLDER_H
#define PTECHECK_CLI_HTML_FOLDER_H

#include <filesystem>
#include <map>
#include <string>

namespace ptecheck {

class HtmlFolder {
 public:
  // Throws Error(kUsage) if `folder` cannot become such a folder: it holds files that an earlier
  // HtmlFolder has not written, it is no folder, or there is no place beside it to write to. So
  // this is known before a long search. Nothing is written yet.
  explicit HtmlFolder(const std::string& folder);

  // `path` is relative to the folder.
  void add(const std::string& path, std::string contents);

  // Writes all files to a new folder beside it, which then takes its place in one step; what an
  // earlier one has written goes. Throws Error(kUsage), and leaves everything as it was.
  void write();

  const std::filesystem::path& path() const { return folder_; }
  std::size_t size() const { return files_.size(); }

 private:
  void refuseOthersFiles() const;

  std::filesystem::path folder_;
  std::map<std::string, std::string> files_;
};

}  // namespace ptecheck

#endif
