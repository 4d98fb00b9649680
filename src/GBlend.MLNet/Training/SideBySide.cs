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
        var failures = new ExceptionDispatchInfo?[actions.Length];
        int next = -1;
        bool Work()
        {
            for (int i; (i = Interlocked.Increment(ref next)) < actions.Length;)
                failures[i] = Failure(actions[i]);
            return true;
        }
        // One thread a processor: more would only wait for each other.
        var others = Enumerable.Range(1, Math.Min(actions.Length, Environment.ProcessorCount) - 1).Select(_ => OwnThread.Start(Work)).ToArray();
        Work();
        Array.ForEach(others, other => other.GetAwaiter().GetResult());
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
