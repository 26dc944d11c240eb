"""Amazon Translate, with a dictionary of a few words: an example of an extension of asf.

    asf extensions install examples/extensions/python-translate
    asf start -d
    awslocal translate translate-text --text hello --source-language-code en --target-language-code de
    curl localhost:4566/_extension/translate/words
"""

import base64
import json
import threading

from asf_extension import AwsError, Extension, Response

LANGUAGES = {"de": "German", "en": "English", "fr": "French"}
WORDS = [
    {"en": "hello", "de": "hallo", "fr": "bonjour"},
    {"en": "world", "de": "Welt", "fr": "monde"},
]

extension = Extension()
terminologies = {}
lock = threading.Lock()


@extension.operation("translate", "TranslateText")
def translate_text(input, context):
    source, target = input["SourceLanguageCode"], input["TargetLanguageCode"]
    if source not in LANGUAGES or target not in LANGUAGES:
        raise AwsError(
            "UnsupportedLanguagePairException",
            f"Unsupported language pair: {source} to {target}.",
            members={"SourceLanguageCode": source, "TargetLanguageCode": target},
        )
    dictionary = {words[source]: words[target] for words in WORDS}
    text = " ".join(dictionary.get(word, word) for word in input["Text"].split(" "))
    return {"TranslatedText": text, "SourceLanguageCode": source, "TargetLanguageCode": target}


@extension.operation("translate", "ListLanguages")
def list_languages(input, context):
    languages = [{"LanguageName": name, "LanguageCode": code} for code, name in LANGUAGES.items()]
    return {"Languages": languages, "DisplayLanguageCode": input.get("DisplayLanguageCode", "en")}


@extension.operation("translate", "ImportTerminology")
def import_terminology(input, context):
    data = base64.b64decode(input["TerminologyData"]["File"])
    properties = {
        "Name": input["Name"],
        "Arn": f"arn:{context.partition}:translate:{context.region}:{context.account_id}"
        f":terminology/{input['Name']}/LATEST",
        "SizeBytes": len(data),
        "CreatedAt": context.now,
    }
    with lock:
        # State is the extension's own affair, and so is keeping accounts and regions apart.
        terminologies[context.account_id, context.region, input["Name"]] = properties
    return {"TerminologyProperties": properties}


@extension.operation("translate", "GetTerminology")
def get_terminology(input, context):
    with lock:
        properties = terminologies.get((context.account_id, context.region, input["Name"]))
    if properties is None:
        raise AwsError("ResourceNotFoundException", f"There is no terminology {input['Name']}.")
    return {"TerminologyProperties": properties}


@extension.route("/_extension/translate/words")
def words(request):
    return Response(200, json.dumps(WORDS), {"Content-Type": "application/json"})


if __name__ == "__main__":
    extension.run()
