using System.Runtime.ExceptionServices;

namespace GBlend.MLNet;

/// <summary>Work that shares nothing that is written, on several cores or one after the other; the result is the same.</summary>
internal static class SideBySide
{
    internal static void Run(bool together, params Action[] actions)
    {
        if (!together || actions.Length < 2 || Environment.ProcessorCount < 2)
        {
            Array.ForEach(actions, action => action());
            return;
        }
        try
        {
            Parallel.Invoke(actions);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
