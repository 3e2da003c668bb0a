/** What stands before a promotion: the operator's policy, and the statistics it asks for. */
package ai.neo.modelregistry.gates;
