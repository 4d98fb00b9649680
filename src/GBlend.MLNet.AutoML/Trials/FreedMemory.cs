using System.Runtime.InteropServices;

namespace GBlend.MLNet.AutoML;

/// <summary>
/// Gives memory that was freed back to the system. Trials of ever new sizes leave holes that the C library of Linux keeps for itself: after
/// some hundred trials the process is several times as large as what is in use.
/// </summary>
internal static class FreedMemory
{
    private static bool s_isKnown = OperatingSystem.IsLinux();

    internal static void GiveBack()
    {
        if (!s_isKnown)
            return;
        try
        {
            _ = MallocTrim(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library than GNU's.
            s_isKnown = false;
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int MallocTrim(nint pad);
}
