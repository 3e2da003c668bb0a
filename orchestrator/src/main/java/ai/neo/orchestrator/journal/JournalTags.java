package ai.neo.orchestrator.journal;

/**
 * Tags of the fields that are the journal's own. A tag keeps its meaning for ever; a retired one is
 * not used again. Market events, orders and fills have theirs below 256, in {@link
 * ai.neo.tradingtypes.encoding.Tags}.
 *
 * <p>Times are nanoseconds since 1970 UTC; constants of enums are written by name.
 */
final class JournalTags {
  static final int PREDICTION_ID = 256;
  static final int INSTRUMENT = 257;
  static final int BAR_TIME_NS = 258;
  static final int MODEL = 259;
  static final int MODEL_VERSION = 260;
  static final int MODEL_DIGEST = 261;
  static final int MODEL_EPOCH = 262;

  /** Four floats: sell, hold, buy, expected return. */
  static final int SAYS = 263;

  static final int LATENCY_NS = 264;
  static final int REASON = 265;
  static final int FEEDBACK_OUTCOME = 266;
  static final int UPDATES = 267;
  static final int CHANGE = 268;
  static final int PREVIOUS_VERSION = 269;
  static final int OPERATOR_COMMAND = 270;
  static final int ACTOR = 271;

  /** 0 acknowledged, 1 rejected, 2 filled, 3 cancelled, 4 expired, 5 outcome unknown. */
  static final int REPORT_KIND = 272;

  static final int CLIENT_ORDER_ID = 273;
  static final int REPORT_TIME_NS = 274;
  static final int COMPLETE = 275;
  static final int FEATURES = 276;
  static final int DEADLINE_NS = 277;
  static final int LABEL = 278;
  static final int FORWARD_RETURN = 279;
  static final int DECISION_ID = 280;
  static final int STRATEGY = 281;
  static final int ACTION = 282;
  static final int CONFIDENCE = 283;
  static final int FALLBACK = 284;

  /** 0 none, 1 approved, 2 refused. */
  static final int VERDICT = 285;

  static final int RULE = 286;
  static final int LIMIT = 287;
  static final int OBSERVED = 288;
  static final int SEVERITY = 289;
  static final int FEED_LIVE = 290;

  /** Only where the model answers it; a double that is a float's number. */
  static final int UNCERTAINTY = 291;

  /** As above. */
  static final int RECONSTRUCTION_ERROR = 292;

  static final int FIRST = PREDICTION_ID;
  static final int LAST = RECONSTRUCTION_ERROR;

  private JournalTags() {}
}
