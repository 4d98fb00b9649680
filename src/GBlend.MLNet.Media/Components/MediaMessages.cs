using Microsoft.ML.Runtime;

namespace GBlend.MLNet;

/// <summary>Messages of media steps in <c>MLContext.Log</c>.</summary>
internal static class MediaMessages
{
    /// <summary>Warns.</summary>
    /// <param name="env">The context of the step.</param>
    /// <param name="kind">The name of the step.</param>
    /// <param name="message">What is said.</param>
    internal static void Warn(IHostEnvironment env, string kind, string message)
    {
        using var channel = env.Start(kind);
        channel.Warning(message);
    }
}
