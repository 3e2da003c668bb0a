package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.operations.RunningNeo;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;

/** The files and the service that a command was told to use, to name them where they fail. */
record CalledCommand(CommandLine.ParseResult called) {
  private static final List<String> ADDRESSES = List.of("--gateway", "--registry");
  private static final String DATA_DIRECTORY = "--data-dir";

  /** As a gateway calls it, which does not know by which address it was asked. */
  private static final String REGISTRY_BEHIND = "the registry behind this gateway";

  /** Nobody answers there. */
  String unreachable(String reason) {
    Optional<String> option = ADDRESSES.stream().filter(called::hasMatchedOption).findFirst();
    return option
        .map(
            name ->
                "nothing answers at %s (%s); is it running there? %s names another address"
                    .formatted(place(), reason, name))
        .orElseGet(
            () ->
                "%s does not answer (%s); it is started again by itself, so try once more, or see"
                        .formatted(place(), reason)
                    + " ./neo doctor");
  }

  /** It answers, that what it passes calls on to does not; other words stand as they are. */
  String behind(String said) {
    if (!said.startsWith(REGISTRY_BEHIND)) {
      return said;
    }
    String gateway = isAddressed() ? "the gateway " + place() : place();
    return "the registry behind "
        + gateway
        + said.substring(REGISTRY_BEHIND.length())
        + "; is it running?";
  }

  private boolean isAddressed() {
    return ADDRESSES.stream().anyMatch(called::hasMatchedOption);
  }

  /** It has not answered yet. */
  String late() {
    String longer =
        called.commandSpec().findOption("--timeout") == null ? "" : ", or wait longer: --timeout";
    return place() + " did not answer in time; try once more" + longer + ", or see ./neo doctor";
  }

  /** It serves something else. */
  String notThere(String said) {
    return place() + " does not serve this (" + said + "); is it the address of a gateway?";
  }

  /** It has a fault of its own. */
  String failedThere(String said) {
    return place() + " failed: " + said + "; its log has more";
  }

  /** {@code 127.0.0.1:8001}, or of which run. */
  private String place() {
    for (String name : ADDRESSES) {
      if (called.hasMatchedOption(name)) {
        return called.matchedOption(name).originalStringValues().getLast();
      }
    }
    CommandLine.Model.OptionSpec option = called.commandSpec().findOption(DATA_DIRECTORY);
    if (option == null || !(option.getValue() instanceof Path directory)) {
      return "the service";
    }
    return "the gateway of the run on "
        + directory
        + RunningNeo.on(directory)
            .map(RunningNeo::announced)
            .map(run -> " at " + run.getString("gateway_host") + ":" + run.getValue("gateway_port"))
            .orElse("");
  }

  /** Which file it was and what is wrong with it; empty where it was no file. */
  Optional<String> file(IOException e) {
    if (e instanceof FileSystemException file && file.getFile() != null) {
      return Optional.of(described(file));
    }
    if ("Is a directory".equals(e.getMessage())) { // all that Java says of it
      return Optional.of(
          directories()
              .findFirst()
              .map(directory -> directory + " is a directory; expected a file")
              .orElse("a directory stands where a file is expected"));
    }
    return Optional.empty();
  }

  private static String described(FileSystemException e) {
    Path file = Path.of(e.getFile());
    Path folder = file.toAbsolutePath().getParent();
    return switch (e) {
      case NoSuchFileException gone when folder != null && !Files.isDirectory(folder) ->
          file + ": there is no directory " + folder + "; make it, or name another";
      case NoSuchFileException gone -> file + " is not there; expected a file that can be read";
      case AccessDeniedException denied ->
          file + " may not be read or written by this user; expected a file that may";
      case FileAlreadyExistsException there -> file + " is there already; name another file";
      default ->
          "%s cannot be used: %s; expected a file"
              .formatted(file, e.getReason() == null ? "no file" : e.getReason());
    };
  }

  private Stream<String> directories() {
    return called.matchedArgs().stream()
        .filter(arg -> !(arg instanceof CommandLine.Model.OptionSpec o && isDataDirectory(o)))
        .filter(arg -> Arrays.asList(arg.auxiliaryTypes()).contains(Path.class))
        .flatMap(arg -> arg.originalStringValues().stream())
        .filter(CalledCommand::isDirectory);
  }

  private static boolean isDataDirectory(CommandLine.Model.OptionSpec option) {
    return Arrays.asList(option.names()).contains(DATA_DIRECTORY);
  }

  private static boolean isDirectory(String word) {
    try {
      return Files.isDirectory(Path.of(word));
    } catch (InvalidPathException e) {
      return false; // a word that is no path names no directory
    }
  }
}
