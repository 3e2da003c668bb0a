package ai.neo.orchestrator.cli;

import ai.neo.orchestrator.journal.CorruptJournalException;
import ai.neo.orchestrator.marketdata.recorded.BadMarketDataException;
import ai.neo.orchestrator.operations.OperationsException;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import picocli.CommandLine;

/**
 * What a command's failure comes to, whichever command it was: a sentence for a person, an exit
 * code for a script, and both as JSON where that was asked for.
 */
final class Failures implements CommandLine.IExecutionExceptionHandler {
  private static final int INTERNAL = 1;
  private static final int USAGE = 2;
  private static final String JSON = "--json";

  /** A failure as it is told. */
  private record Failure(int exitCode, String message) {}

  @Override
  public int handleExecutionException(
      Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    CommandLine.ParseResult called = parsed;
    while (called.hasSubcommand()) {
      called = called.subcommand();
    }
    Failure failure = of(e, new CalledCommand(called));
    failure.message().lines().forEach(line -> command.getErr().println("neo: " + line));
    if (called.hasMatchedOption(JSON)) {
      json(command, failure.message(), failure.exitCode());
    }
    if (failure.exitCode() == INTERNAL && status(e).isEmpty()) {
      e.printStackTrace(command.getErr());
    }
    return failure.exitCode();
  }

  /** The one object that a program reads instead of the answer. */
  static void json(CommandLine command, String message, int exitCode) {
    command
        .getOut()
        .println(new JsonObject().put("error", message).put("exit_code", exitCode).encode());
  }

  private static Failure of(Exception e, CalledCommand called) {
    return switch (e) {
      case OperationsException known -> new Failure(known.exitCode(), said(known));
      case CorruptJournalException corrupt -> new Failure(Neo.CORRUPT, said(corrupt));
      case BadMarketDataException bad -> new Failure(Neo.CORRUPT, said(bad));
      case IllegalArgumentException wrong
          when wrong.getCause() instanceof IOException io && said(wrong).contains(io.toString()) ->
          new Failure(USAGE, called.file(io).orElseGet(() -> said(wrong)));
      case IllegalArgumentException wrong -> new Failure(USAGE, said(wrong));
      case UncheckedIOException io -> of(io.getCause(), called);
      case IOException io ->
          called
              .file(io)
              .map(message -> new Failure(USAGE, message))
              .orElseGet(() -> new Failure(Neo.AWAY, said(io)));
      default ->
          status(e)
              .map(status -> of(status, called))
              .orElseGet(() -> new Failure(INTERNAL, said(e)));
    };
  }

  private static Optional<Status> status(Exception e) {
    return switch (e) {
      case StatusRuntimeException call -> Optional.of(call.getStatus());
      case StatusException call -> Optional.of(call.getStatus());
      default -> Optional.empty();
    };
  }

  /** What the service said stands as it is; gRPC's own words need an address and a way out. */
  private static Failure of(Status status, CalledCommand called) {
    String said = Optional.ofNullable(status.getDescription()).orElse(status.getCode().name());
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          new Failure(
              Neo.AWAY,
              isOfTransport(status) ? called.unreachable(reason(status)) : called.behind(said));
      case DEADLINE_EXCEEDED, CANCELLED -> new Failure(Neo.AWAY, called.late());
      case RESOURCE_EXHAUSTED -> new Failure(Neo.AWAY, said);
      case NOT_FOUND, INVALID_ARGUMENT, OUT_OF_RANGE -> new Failure(USAGE, said);
      case UNIMPLEMENTED -> new Failure(USAGE, called.notThere(said));
      case FAILED_PRECONDITION, ABORTED, ALREADY_EXISTS, PERMISSION_DENIED, UNAUTHENTICATED ->
          new Failure(Neo.DIFFERENT, said);
      case DATA_LOSS -> new Failure(Neo.CORRUPT, said);
      case OK, UNKNOWN, INTERNAL -> new Failure(INTERNAL, called.failedThere(said));
    };
  }

  /** A status that a service sent has no cause here; these are of connections that ended. */
  private static boolean isOfTransport(Status status) {
    String said = String.valueOf(status.getDescription());
    return status.getCause() != null
        || said.startsWith("Keepalive failed")
        || said.startsWith("Network closed")
        || said.startsWith("Connection closed")
        || said.startsWith("Unable to resolve host")
        || said.startsWith("io exception");
  }

  /** The innermost says it: {@code Connection refused: /127.0.0.1:1}, not {@code io exception}. */
  private static String reason(Status status) {
    String reason = String.valueOf(status.getDescription()).lines().findFirst().orElse("");
    if (reason.startsWith("io exception")) {
      for (Throwable e = status.getCause(); e != null; e = e.getCause()) {
        reason = e.getMessage() == null ? reason : e.getMessage();
      }
    }
    return reason.startsWith("Keepalive failed")
        ? "it takes the connection and says nothing"
        : reason.replaceFirst("^finishConnect\\(\\.\\.\\) failed[^:]*: ", "");
  }

  private static String said(Exception e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
