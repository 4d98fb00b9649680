using System.Text.Json;

namespace Serving;

/// <summary>Shows what a caller sent, in a few words.</summary>
internal static class JsonText
{
    private const int Most = 40;

    public static string Of(JsonElement json)
    {
        string text = json.ValueKind switch
        {
            JsonValueKind.Array => $"an array of {json.GetArrayLength()}",
            JsonValueKind.Object => "an object",
            JsonValueKind.Undefined => "nothing",
            _ => json.GetRawText(),
        };
        return text.Length <= Most ? text : text[..Most] + "...";
    }
}
