/** Who answers beside a model's champion: shadows, canaries, and two versions side by side. */
package ai.neo.modelgateway.routing;
