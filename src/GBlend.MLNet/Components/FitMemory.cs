using System.Globalization;
using System.Runtime.InteropServices;

namespace GBlend.MLNet;

/// <summary>Says what to lower where a fit runs out of memory, of the process or of a device.</summary>
internal static class FitMemory
{
    /// <summary>What torch says when it can't have memory, on the CPU and on GPUs.</summary>
    private static readonly string[] s_words = ["can't allocate memory", "not enough memory", "out of memory"];

    /// <summary>Does a part of a fit.</summary>
    /// <exception cref="OutOfMemoryException">There is not enough memory; the message names the options that take it.</exception>
    internal static T Watch<T>(GradientBlendingTrainer.Options options, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (IsOutOfMemory(e))
        {
            throw new OutOfMemoryException(Explain(options, e), e);
        }
    }

    internal static bool IsOutOfMemory(Exception e) =>
        e is OutOfMemoryException || (e is ExternalException && s_words.Any(word => e.Message.Contains(word, StringComparison.OrdinalIgnoreCase)));

    private static string Explain(GradientBlendingTrainer.Options options, Exception e)
    {
        string rows = options.MemoryBudgetInMegabytes is { } megabytes
            ? string.Create(CultureInfo.InvariantCulture, $"MemoryBudgetInMegabytes = {megabytes}")
            : "by default a quarter of the memory, for all fits together; set MemoryBudgetInMegabytes";
        return $"The fit ran out of memory. Rows take what their budget allows ({rows}): a lower one puts more of them into a temporary file. "
            + $"The network and what it computes come on top: lower BatchSize ({options.BatchSize}) or MicroBatchSize, take narrower encoders or smaller "
                + $"inputs, or a blending of one network (Blending.Equal()) in place of two (Blending.Auto()). "
            + $"({e.Message.Split('\n')[0]})";
    }
}
