using System.Globalization;
using System.Runtime.InteropServices;

namespace GBlend.MLNet.Media.Tests;

/// <summary>How much memory this process may have at most, as Linux counts it: all addresses, used or not.</summary>
internal static partial class AddressSpace
{
    private const int Addresses = 9;

    /// <summary>Lets the process have so many bytes more than it has, or as many as it likes.</summary>
    internal static void Limit(ulong? more)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmSize:", StringComparison.Ordinal));
        ulong now = ulong.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
        var limit = new Limits { Current = more is { } room ? now + room : ulong.MaxValue, Most = ulong.MaxValue };
        if (setrlimit(Addresses, limit) != 0)
            throw new InvalidOperationException("The limit can't be set.");
    }

    [LibraryImport("libc")]
    private static partial int setrlimit(int what, in Limits limits);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limits
    {
        internal ulong Current;
        internal ulong Most;
    }
}
