using System.Runtime.ExceptionServices;

namespace GBlend.MLNet;

/// <summary>Work that shares nothing that is written, on several cores or one after the other; the result is the same.</summary>
internal static class SideBySide
{
    /// <summary>Runs all actions to their ends, the first one here.</summary>
    /// <param name="together">Whether they may run at the same time.</param>
    /// <param name="actions">The actions. The exception of the first one that failed is thrown.</param>
    internal static void Run(bool together, params Action[] actions)
    {
        if (!together || actions.Length < 2 || Environment.ProcessorCount < 2)
        {
            Array.ForEach(actions, action => action());
            return;
        }
        var others = actions.Skip(1).Select(action => OwnThread.Start(() => Failure(action))).ToArray();
        var first = Failure(actions[0]);
        ExceptionDispatchInfo?[] failures = [first, .. others.Select(other => other.GetAwaiter().GetResult())];
        failures.FirstOrDefault(failure => failure is not null)?.Throw();
    }

    private static ExceptionDispatchInfo? Failure(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e)
        {
            return ExceptionDispatchInfo.Capture(e);
        }
    }
}
