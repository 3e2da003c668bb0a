package ai.neo.modelregistry;

import java.io.IOException;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What goes wrong with a bucket, in words that say where, why and what to do. */
final class S3Faults {
  private static final int DENIED = 403;
  private static final int ELSEWHERE = 301;
  private static final int NOT_FOUND = 404;
  private static final int SERVER_FAULT = 500;
  private static final int THROTTLED = 429;
  private static final Set<String> WRONG_LOGIN =
      Set.of(
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "ExpiredToken",
          "InvalidToken",
          "AuthFailure");
  private static final Set<String> WRONG_REGION =
      Set.of("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint");

  private final ArtifactPlace.Bucket place;

  S3Faults(ArtifactPlace.Bucket place) {
    this.place = place;
  }

  /** Whether the same call may go well later, with nothing changed. */
  static boolean mayPass(SdkException e) {
    return e instanceof AwsServiceException answer
        ? answer.statusCode() >= SERVER_FAULT || answer.statusCode() == THROTTLED
        : rootOf(e) instanceof IOException;
  }

  /** Whether there is a bucket and no such object in it. */
  static boolean isAbsent(S3Exception e) {
    return e.statusCode() == NOT_FOUND && !code(e).equals("NoSuchBucket");
  }

  /**
   * The refusal for a caller.
   *
   * @param what the bucket could not do, such as {@code take an artifact}
   */
  RegistryException of(String what, SdkException e) {
    return RegistryException.away(
        "The artifacts in %s cannot %s: %s".formatted(place.shown(), what, why(e)), e);
  }

  /** The refusal when a transfer ended early. */
  RegistryException cut(String digest, IOException e) {
    return RegistryException.away(
        "The artifact %s from %s arrived in part (%s). Repeat the call"
            .formatted(digest, place.shown(), e.getMessage()),
        e);
  }

  private String why(SdkException e) {
    if (e instanceof AwsServiceException answer) {
      return why(answer);
    }
    String said = String.valueOf(e.getMessage());
    if (said.contains("load credentials")) {
      return "nobody said who logs in. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the"
          + " environment, or AWS_PROFILE, or give this machine a role";
    }
    if (said.contains("load region")) {
      return "no region is known. Set registry.s3_region, or AWS_REGION in the environment";
    }
    Throwable root = rootOf(e);
    return "it does not answer (%s). Start it, or correct registry.s3_endpoint; the registry recovers by itself"
        .formatted(root.getMessage() == null ? root : root.getMessage());
  }

  private String why(AwsServiceException e) {
    String code = code(e);
    if (code.equals("NoSuchBucket")) {
      return "there is no bucket '%s'. Create it, or correct registry.artifacts"
          .formatted(place.bucket());
    }
    if (WRONG_LOGIN.contains(code)) {
      return "the login is refused (%s). Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile or role that is used"
          .formatted(code);
    }
    if (WRONG_REGION.contains(code) || e.statusCode() == ELSEWHERE) {
      return "the bucket is in another region (%s). Correct registry.s3_region".formatted(code);
    }
    if (e.statusCode() == DENIED) {
      return "access is denied (%s). Whoever logs in needs s3:GetObject and s3:PutObject on %s/%s* and s3:ListBucket on %s"
          .formatted(code, place.bucket(), place.prefix(), place.bucket());
    }
    if (mayPass(e)) {
      return "it answered with status %d (%s). Repeat the call later"
          .formatted(e.statusCode(), code);
    }
    return "it answered with status %d (%s: %s). Check registry.artifacts and registry.s3_endpoint"
        .formatted(
            e.statusCode(),
            code,
            e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorMessage());
  }

  private static String code(AwsServiceException e) {
    return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
        ? "no code"
        : e.awsErrorDetails().errorCode();
  }

  private static Throwable rootOf(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
