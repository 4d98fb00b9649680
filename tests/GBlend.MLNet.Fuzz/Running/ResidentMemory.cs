using System.Globalization;

namespace GBlend.MLNet.Fuzz;

/// <summary>The memory that this process has resident, in megabytes, as Linux counts it; 0 elsewhere.</summary>
internal static class ResidentMemory
{
    internal static double Now => Status("VmRSS:");

    /// <summary>The most since <see cref="Reset"/>.</summary>
    internal static double Peak => Status("VmHWM:");

    /// <summary>Begins to look for the most again.</summary>
    internal static void Reset()
    {
        const string ForgetPeak = "5";
        if (OperatingSystem.IsLinux())
            File.WriteAllText("/proc/self/clear_refs", ForgetPeak);
    }

    private static double Status(string name)
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
