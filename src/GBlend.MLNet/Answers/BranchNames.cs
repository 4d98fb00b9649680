namespace GBlend.MLNet;

/// <summary>The names of joint branches in histories, score columns and model files; other branches have the names of their columns.</summary>
internal static class BranchNames
{
    /// <summary>The joint branch of a network.</summary>
    internal const string Joint = "Joint";

    /// <summary>The joint branch that reads the features of encoders without teaching them, in fits of two networks.</summary>
    internal const string DetachedJoint = "DetachedJoint";
}
