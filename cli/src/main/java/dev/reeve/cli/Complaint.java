package dev.reeve.cli;

import dev.reeve.agent.node.Join.JoinException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Optional;

/// What is said of a failure: one line that names the thing and what is wrong with it. Only for a
/// fault of Reeve's own does it name an exception.
final class Complaint {
  private Complaint() {}

  static String of(Throwable problem) {
    var message = Optional.ofNullable(problem.getMessage());
    return switch (problem) {
      case UncheckedIOException e when e.getCause() != null -> of(e.getCause());
      case NoSuchFileException e -> e.getFile() + " does not exist";
      case AccessDeniedException e -> e.getFile() + ": permission denied";
      case FileAlreadyExistsException e -> e.getFile() + " is no folder";
      case NotDirectoryException e -> e.getFile() + " is no folder";
      case FileSystemException e when e.getReason() != null -> e.getFile() + ": " + e.getReason();
      case CommandFailed _, Misused _, JoinException _, IOException _ when message.isPresent() ->
          message.get();
      default -> problem.getClass().getSimpleName() + message.map(it -> ": " + it).orElse("");
    };
  }
}
